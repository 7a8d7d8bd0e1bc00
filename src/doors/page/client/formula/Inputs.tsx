import { useState } from "preact/hooks";
import { texts } from "../shell/settings.ts";
import { MatrixGrid, ShapeChoice } from "./MatrixGrid.tsx";
import { change, setInput, shown, state } from "./session.ts";
import { valueFor } from "./state.ts";
import { reachOf, type TensorJson } from "./tensors.ts";

/** The formula's inputs: numbers are moved by sliders, matrices written in cells. */
export function Inputs() {
  const current = shown.value;
  const { inputs: words } = texts.value.formula;
  if (current === null) return null;
  const held = { inputs: state.value.inputs, expression: current.state.expression };
  return (
    <section class="sheet inputs" aria-label={words.title}>
      <h2>{words.title}</h2>
      {Array.from(current.inputs.keys(), (name, place) => (
        <InputRow key={name} name={name} value={valueFor(name, place, held)} onValue={(tensor) => setInput(name, tensor)} />
      ))}
      {current.inputs.size === 0 && <p class="quiet">{words.none}</p>}
      {current.cotangent !== null && (
        <div class="input">
          <p class="small">{words.cotangent}</p>
          <MatrixGrid
            name={words.flowsIn}
            value={state.value.cotangent ?? current.cotangent}
            onValue={(cotangent) => change({ cotangent })}
          />
        </div>
      )}
    </section>
  );
}

interface InputRowProps {
  readonly name: string;
  readonly value: TensorJson;
  readonly onValue: (value: TensorJson) => void;
}

function InputRow({ name, value, onValue }: InputRowProps) {
  return (
    <div class="input">
      <div class="input-head">
        <bdi class="input-name">{name}</bdi>
        <ShapeChoice name={name} value={value} onValue={onValue} />
      </div>
      {typeof value === "number" ? (
        <NumberInput name={name} value={value} onValue={onValue} />
      ) : (
        <MatrixGrid name={name} value={value} onValue={onValue} />
      )}
    </div>
  );
}

function NumberInput({ name, value, onValue }: Omit<InputRowProps, "value"> & { readonly value: number }) {
  const { inputs: words } = texts.value.formula;
  // A slider whose ends move while it is dragged cannot be held: they move only for a number that was written.
  const [reach, setReach] = useState(() => reachOf(value));
  const ends = Math.abs(value) > reach ? reachOf(value) : reach;
  return (
    <div class="number">
      <input
        type="range"
        min={-ends}
        max={ends}
        step={ends / 100}
        value={value}
        aria-label={words.slider(name)}
        onInput={({ currentTarget }) => onValue(currentTarget.valueAsNumber)}
      />
      <input
        type="number"
        step="any"
        value={value}
        aria-label={name}
        onChange={({ currentTarget }) => {
          const number = currentTarget.valueAsNumber;
          if (!Number.isFinite(number)) return;
          setReach(reachOf(number));
          onValue(number);
        }}
      />
    </div>
  );
}
