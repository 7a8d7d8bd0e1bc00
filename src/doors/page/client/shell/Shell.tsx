import type { ComponentType } from "preact";
import { useEffect, useState } from "preact/hooks";
import { FormulaTab } from "../formula/FormulaTab.tsx";
import { type TabName, tabs } from "./address.ts";
import { themes } from "./choices.ts";
import { KeyDialog } from "./KeyDialog.tsx";
import { lastOf, route } from "./route.ts";
import { chooseLanguage, chooseTheme, language, texts, theme } from "./settings.ts";

/** What is not seen first is loaded when it is asked for. */
const loaders: Readonly<Record<Exclude<TabName, "formula">, () => Promise<ComponentType>>> = {
  network: async () => (await import("../network/NetworkTab.tsx")).NetworkTab,
  check: async () => (await import("../check/CheckTab.tsx")).CheckTab,
  jobs: async () => (await import("../jobs/JobsTab.tsx")).JobsTab,
};

export function Shell() {
  const { tab } = route.value;
  const { shell } = texts.value;
  useEffect(() => {
    document.title = `${shell.tabs[tab]} · Adjoint`;
  }, [tab, shell]);
  return (
    <>
      <a class="skip" href="#content" onClick={toContent}>
        {shell.skip}
      </a>
      <header class="head">
        <p class="name">
          <Mark /> Adjoint <span class="tagline">{shell.tagline}</span>
        </p>
        <Tabs />
        <div class="settings">
          <label>
            <span class="unseen">{shell.theme}</span>
            <select value={theme.value} onChange={({ currentTarget }) => chooseTheme(themes[currentTarget.selectedIndex] ?? "auto")}>
              {themes.map((name) => (
                <option key={name} value={name}>
                  {shell.themes[name]}
                </option>
              ))}
            </select>
          </label>
          {/* The other language by its own name: who does not read this one finds it. */}
          <button
            type="button"
            lang={language.value === "en" ? "zh" : "en"}
            onClick={() => chooseLanguage(language.value === "en" ? "zh" : "en")}
          >
            {language.value === "en" ? "中文" : "English"}
          </button>
        </div>
      </header>
      <main id="content" tabIndex={-1}>
        {tab === "formula" ? <FormulaTab /> : <Loaded key={tab} load={loaders[tab]} />}
      </main>
      <footer class="foot">
        <a href="docs/">{shell.reference}</a>
        <a href="openapi.json">{shell.source}</a>
      </footer>
      <KeyDialog />
    </>
  );
}

/** Each leads to what its tab showed last. */
function Tabs() {
  const { shell } = texts.value;
  return (
    <nav aria-label={shell.sections}>
      {tabs.map((name) => (
        <a key={name} href={lastOf(name)} aria-current={name === route.value.tab ? "page" : undefined}>
          {shell.tabs[name]}
        </a>
      ))}
    </nav>
  );
}

/** The hash belongs to the tabs. */
function toContent(event: Event): void {
  event.preventDefault();
  document.getElementById("content")?.focus();
}

function Loaded({ load }: { readonly load: () => Promise<ComponentType> }) {
  const [Tab, setTab] = useState<ComponentType | null>(null);
  const [hasFailed, setFailed] = useState(false);
  const { shell } = texts.value;
  const begin = (): void => {
    setFailed(false);
    load().then(
      (loaded) => setTab(() => loaded),
      () => setFailed(true),
    );
  };
  useEffect(begin, [load]);
  if (Tab !== null) return <Tab />;
  if (!hasFailed) return <p class="quiet">{shell.loading}</p>;
  return (
    <p role="alert">
      {shell.notLoaded}{" "}
      <button type="button" onClick={begin}>
        {shell.again}
      </button>
    </p>
  );
}

/** An arrow forward above an arrow back. */
const Mark = () => (
  <svg class="mark" viewBox="0 0 32 32" width="24" height="24" aria-hidden="true">
    <path class="forward" d="M4 11h22m-6-6 6 6-6 6" />
    <path class="backward" d="M28 22H6m6-6-6 6 6 6" />
  </svg>
);
