import { texts } from "../shell/settings.ts";

export function CheckTab() {
  return <h1>{texts.value.shell.tabs.check}</h1>;
}
