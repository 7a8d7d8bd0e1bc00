import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";

interface NumberProps {
  readonly label: string;
  readonly value: number;
  readonly least: number;
  readonly most: number;
  readonly step?: number | "any";
  readonly hint?: string;
  readonly isLabelUnseen?: boolean;
  readonly change: (value: number) => void;
}

/** A number that is taken when it is finished, so that what is half written starts nothing. */
export function NumberField({ label, value, least, most, step = 1, hint, isLabelUnseen = false, change }: NumberProps) {
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (field.current !== null) field.current.value = String(value);
  }, [value]);
  const take = (input: HTMLInputElement): void => {
    const given = input.valueAsNumber;
    const taken = Number.isFinite(given) ? Math.min(most, Math.max(least, given)) : value;
    input.value = String(taken);
    if (taken !== value) change(taken);
  };
  return (
    <label class="field">
      <span class={isLabelUnseen ? "unseen" : ""}>{label}</span>
      <input ref={field} type="number" min={least} max={most} step={step} onChange={({ currentTarget }) => take(currentTarget)} />
      {hint !== undefined && <span class="small quiet">{hint}</span>}
    </label>
  );
}

interface SliderProps {
  readonly label: string;
  readonly value: number;
  readonly least: number;
  readonly most: number;
  readonly step: number;
  readonly change: (value: number) => void;
}

export const Slider = ({ label, value, least, most, step, change }: SliderProps) => (
  <label class="field slider">
    <span>{label}</span>
    <input
      type="range"
      min={least}
      max={most}
      step={step}
      value={value}
      onInput={({ currentTarget }) => change(currentTarget.valueAsNumber)}
    />
    <output>{value}</output>
  </label>
);

interface ChoiceProps<Name extends string> {
  readonly label: string;
  readonly value: Name;
  readonly names: readonly Name[];
  readonly words: (name: Name) => string;
  readonly isLabelUnseen?: boolean;
  readonly change: (name: Name) => void;
}

export function Choose<Name extends string>({ label, value, names, words, isLabelUnseen = false, change }: ChoiceProps<Name>) {
  return (
    <label class="field">
      <span class={isLabelUnseen ? "unseen" : ""}>{label}</span>
      <select value={value} onChange={({ currentTarget }) => change(names[currentTarget.selectedIndex] ?? value)}>
        {names.map((name) => (
          <option key={name} value={name}>
            {words(name)}
          </option>
        ))}
      </select>
    </label>
  );
}

interface FoldedProps {
  readonly title: string;
  readonly children: ComponentChildren;
}

/** A part of the settings: open where there is room for it. */
export function Folded({ title, children }: FoldedProps) {
  return (
    <details class="sheet folded" open={matchMedia("(min-width: 64rem)").matches}>
      <summary>
        <h2>{title}</h2>
      </summary>
      {children}
    </details>
  );
}
