import { lookup } from "node:dns";
import { isIP, type LookupFunction } from "node:net";
import ipaddr from "ipaddr.js";

/** A webhook's address is not one of the public network. */
export class RefusedAddress extends Error {
  override readonly name = "RefusedAddress";
}

/** Whether an IP address is one of the public network: not private, loopback, link-local, multicast, reserved, nor one that stands for an IPv4 address. */
export function isPublic(address: string): boolean {
  const parsed = ipaddr.parse(address);
  return parsed.range() === "unicast" && (parsed instanceof ipaddr.IPv4 || parsed.match(globalUnicast));
}

/** All that is given out of IPv6 so far. */
const globalUnicast = ipaddr.IPv6.parseCIDR("2000::/3");

/** Why a webhook may not go to a URL, as far as that is known without looking its name up; null when it may. */
export function refusalOf(url: URL): string | null {
  const host = hostOf(url);
  if (isIP(host) !== 0) return isPublic(host) ? null : `${host} is not an address of the public network`;
  return /(^|\.)localhost\.?$/i.test(host) ? `${host} is this machine` : null;
}

/** A URL's host as sockets take it: IPv6 without brackets. */
export const hostOf = ({ hostname }: URL): string => hostname.replace(/^\[|\]$/g, "");

/**
 * Looks a name up for a socket, which then connects to the very addresses that were judged: a name cannot stand for another address a
 * moment later. One address that is not public is enough to refuse the name.
 */
export const lookupPublic: LookupFunction = (host, options, done) => {
  lookup(host, { ...options, all: true }, (error, addresses) => {
    if (error !== null) return done(error, "");
    const refused = addresses.find(({ address }) => !isPublic(address));
    if (refused !== undefined) return done(new RefusedAddress(`${host} is ${refused.address}, no address of the public network`), "");
    if (options.all === true) return done(null, addresses);
    const [{ address, family }] = addresses;
    done(null, address, family);
  });
};
