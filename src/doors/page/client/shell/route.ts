import { signal } from "@preact/signals";

export const tabs = ["formula", "network", "check", "jobs"] as const;
export type TabName = (typeof tabs)[number];

/** What is shown: a tab, and what it holds, so that it can be linked to. */
export interface Route {
  readonly tab: TabName;
  readonly parameters: URLSearchParams;
}

const isTab = (name: string): name is TabName => tabs.some((tab) => tab === name);

/** The route that a hash such as `#formula?f=x^2` stands for; the first tab, where it stands for none. */
export function routeOf(hash: string): Route {
  const [, name, query] = /^#?([^?]*)\??(.*)$/s.exec(hash) ?? ["", "", ""];
  return isTab(name) ? { tab: name, parameters: new URLSearchParams(query) } : { tab: "formula", parameters: new URLSearchParams() };
}

export function hashOf({ tab, parameters }: Route): string {
  const query = parameters.toString();
  return query === "" ? `#${tab}` : `#${tab}?${query}`;
}

const hashNow = (): string => globalThis.location?.hash ?? "";

/** The route of the address, whoever changes it. */
export const route = signal<Route>(routeOf(hashNow()));
globalThis.addEventListener?.("hashchange", () => {
  if (hashOf(route.peek()) !== hashNow()) route.value = routeOf(hashNow());
});

/** Goes to a tab, as a link does. */
export function go(tab: TabName, parameters = new URLSearchParams()): void {
  globalThis.location.hash = hashOf({ tab, parameters });
}

/** Writes what a tab shows into the address, without an entry in the history: that holds where somebody went, not each move of a slider. */
export function remember(tab: TabName, parameters: URLSearchParams): void {
  kept.set(tab, parameters);
  if (route.peek().tab !== tab) return;
  const hash = hashOf({ tab, parameters });
  if (hash !== hashNow()) globalThis.history.replaceState(null, "", hash);
}

/** What each tab showed last, for the links between them. */
const kept = new Map<TabName, URLSearchParams>();
export const lastOf = (tab: TabName): string => hashOf({ tab, parameters: kept.get(tab) ?? new URLSearchParams() });
