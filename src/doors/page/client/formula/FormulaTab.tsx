import { texts } from "../shell/settings.ts";

export function FormulaTab() {
  return <h1>{texts.value.shell.tabs.formula}</h1>;
}
