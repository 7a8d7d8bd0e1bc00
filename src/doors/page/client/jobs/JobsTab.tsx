import { texts } from "../shell/settings.ts";

export function JobsTab() {
  return <h1>{texts.value.shell.tabs.jobs}</h1>;
}
