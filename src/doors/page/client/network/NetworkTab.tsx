import { texts } from "../shell/settings.ts";

export function NetworkTab() {
  return <h1>{texts.value.shell.tabs.network}</h1>;
}
