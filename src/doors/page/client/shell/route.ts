import { signal } from "@preact/signals";
import { hashOf, type Route, routeOf, type TabName } from "./address.ts";

const hashNow = (): string => location.hash;

/** The route of the address, whoever changes it. */
export const route = signal<Route>(routeOf(hashNow()));
addEventListener("hashchange", () => {
  if (hashOf(route.peek()) !== hashNow()) route.value = routeOf(hashNow());
});

/** Goes to a tab, as a link does. */
export function go(tab: TabName, parameters = new URLSearchParams()): void {
  location.hash = hashOf({ tab, parameters });
}

/** Writes what a tab shows into the address, without an entry in the history: that holds where somebody went, not each move of a slider. */
export function remember(tab: TabName, parameters: URLSearchParams): void {
  kept.value = new Map([...kept.peek(), [tab, parameters]]);
  // The address is ahead of the route: somebody may be on the way to another tab.
  if (routeOf(hashNow()).tab !== tab) return;
  const hash = hashOf({ tab, parameters });
  if (hash !== hashNow()) history.replaceState(null, "", hash);
}

/** What each tab showed last, for the links between them. */
const kept = signal<ReadonlyMap<TabName, URLSearchParams>>(new Map());
export const lastOf = (tab: TabName): string => hashOf({ tab, parameters: kept.value.get(tab) ?? new URLSearchParams() });
