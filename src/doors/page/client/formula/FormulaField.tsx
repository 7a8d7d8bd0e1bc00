import { signal } from "@preact/signals";
import { useEffect, useId, useRef, useState } from "preact/hooks";
import { call } from "../shell/api.ts";
import { type FormulaFault } from "../shell/problem.ts";
import { texts } from "../shell/settings.ts";
import { completed, completionsOf, corrected, type FunctionEntry, isLikely, type OpenWord, spanOf, wordBefore } from "./completion.ts";

/** What can be called, as the service lists it; asked for when somebody writes. */
const functions = signal<readonly FunctionEntry[]>([]);
let areAsked = false;

interface OperatorEntry {
  readonly summary: string;
  readonly formula?: { readonly text?: string };
  readonly expression?: { readonly function: string; readonly aliases: readonly string[] } | null;
}

async function learnFunctions(): Promise<void> {
  if (areAsked) return;
  areAsked = true;
  try {
    const { operators } = await call<{ operators: readonly OperatorEntry[] }>("/v1/operators");
    functions.value = operators.flatMap(({ summary, formula, expression }) =>
      expression ? [{ name: expression.function, aliases: expression.aliases, summary, formula: formula?.text ?? null }] : [],
    );
  } catch {
    // One writes without, and is asked again by the next field.
    areAsked = false;
  }
}

interface FormulaFieldProps {
  readonly value: string;
  readonly faults: readonly FormulaFault[];
  readonly label: string;
  readonly onValue: (text: string) => void;
}

/** A formula that is written: what is wrong is marked under its characters, and functions are offered by name. */
export function FormulaField({ value, faults, label, onValue }: FormulaFieldProps) {
  const id = useId();
  const field = useRef<HTMLTextAreaElement>(null);
  const [word, setWord] = useState<OpenWord | null>(null);
  const [moved, setMoved] = useState<number | null>(null);
  const { field: words } = texts.value.formula;
  const offers = word === null ? [] : completionsOf(word.text, functions.value);
  /** Which offer is taken next: the one that was moved to, else the first, where it is likely. */
  const picked = moved ?? (word !== null && isLikely(value, word, offers) ? 0 : -1);
  const isOpen = offers.length > 0 && !(offers.length === 1 && offers[0]?.name === word?.text);

  useEffect(() => {
    // A click elsewhere leaves the list.
    const leave = (event: FocusEvent): void => void (event.target === field.current || setWord(null));
    document.addEventListener("focusin", leave);
    return () => document.removeEventListener("focusin", leave);
  }, []);

  const write = (text: string, caret: number): void => {
    onValue(text);
    setWord(wordBefore(text, caret));
    setMoved(null);
  };
  const take = (entry: FunctionEntry): void => {
    if (word === null || field.current === null) return;
    const next = completed(value, word, entry.name);
    onValue(next.text);
    setWord(null);
    const area = field.current;
    area.value = next.text;
    area.focus();
    area.setSelectionRange(next.caret, next.caret);
  };
  const pressed = (event: KeyboardEvent): void => {
    if (!isOpen || event.isComposing) return;
    const entry = offers[picked];
    if (event.key === "ArrowDown") setMoved((picked + 1) % offers.length);
    else if (event.key === "ArrowUp") setMoved((Math.max(picked, 0) + offers.length - 1) % offers.length);
    else if (event.key === "Escape") setWord(null);
    else if ((event.key === "Enter" || event.key === "Tab") && entry !== undefined && !event.shiftKey) take(entry);
    else return;
    event.preventDefault();
  };
  const replace = (text: string): void => {
    onValue(text);
    field.current?.focus();
  };
  return (
    <div class="formula-field">
      <label for={`${id}-field`}>{label}</label>
      <div class="writing">
        <pre aria-hidden="true">{marked(value, faults)}</pre>
        <textarea
          id={`${id}-field`}
          ref={field}
          value={value}
          rows={Math.min(12, Math.max(2, value.split("\n").length))}
          spellcheck={false}
          autocapitalize="off"
          autocomplete="off"
          aria-autocomplete="list"
          aria-controls={isOpen ? `${id}-offers` : undefined}
          aria-activedescendant={isOpen && picked >= 0 ? `${id}-${picked}` : undefined}
          aria-invalid={faults.length > 0}
          aria-describedby={faults.length > 0 ? `${id}-faults` : undefined}
          onFocus={() => void learnFunctions()}
          onInput={({ currentTarget }) => write(currentTarget.value, currentTarget.selectionStart)}
          onKeyDown={pressed}
        />
      </div>
      <ul id={`${id}-offers`} class="offers" role="listbox" aria-label={words.functions} hidden={!isOpen}>
        {isOpen &&
          offers.map((entry, place) => (
            <li
              key={entry.name}
              id={`${id}-${place}`}
              role="option"
              aria-selected={place === picked}
              onPointerDown={(event) => {
                event.preventDefault();
                take(entry);
              }}
            >
              <code>{entry.name}</code>
              {entry.aliases.length > 0 && <span class="quiet"> {entry.aliases.join(", ")}</span>}
              {entry.formula !== null && <span class="about mono">{entry.formula}</span>}
              <span class="about" lang="en">
                {entry.summary}
              </span>
            </li>
          ))}
      </ul>
      {faults.length > 0 && (
        <div id={`${id}-faults`} class="problem" role="alert">
          {faults.map((fault) => {
            const better = corrected(value, fault);
            const said = texts.value.problems.fault(fault.message);
            return (
              <p key={`${fault.line}:${fault.column}`}>
                <span class="quiet">{words.place(fault.line, fault.column)}</span>{" "}
                <span lang={said === null ? "en" : undefined}>{said ?? fault.message}</span>{" "}
                {better !== null && (
                  <button type="button" onClick={() => replace(better)}>
                    {words.replace(fault.suggestion ?? "")}
                  </button>
                )}
              </p>
            );
          })}
        </div>
      )}
    </div>
  );
}

/** The text with what is wrong in it marked, to lie behind the field. */
function marked(text: string, faults: readonly FormulaFault[]) {
  const parts = [];
  let after = 0;
  for (const { from, to } of faults.map(({ line, column }) => spanOf(text, line, column)).toSorted((a, b) => a.from - b.from)) {
    if (from < after) continue;
    parts.push(text.slice(after, from), <mark key={from}>{from < text.length ? text.slice(from, to) : " "}</mark>);
    after = to;
  }
  return [...parts, text.slice(after), "\n"];
}
