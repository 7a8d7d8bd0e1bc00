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
