import { texts } from "../shell/settings.ts";
import {
  boundedAmount,
  hasAmount,
  type LayerChoice,
  layerOf,
  layersOf,
  layersText,
  layerTypes,
  mostLayers,
  mostWidth,
  shapeNames,
  shapes,
} from "./design.ts";
import { Choose, Folded, NumberField } from "./fields.tsx";
import { losses } from "./request.ts";
import { change, samples, settings } from "./chosen.ts";

/** The layers between the data and the last one, which follows from the data. */
export function LayersPanel() {
  const { layers: words } = texts.value.network;
  const { layers } = settings.value;
  const set = (next: readonly LayerChoice[]): void => change({ layers: next });
  const replace = (place: number, layer: LayerChoice): void => set(layers.map((each, at) => (at === place ? layer : each)));
  const shape = shapeNames.find((name) => shapes[name] === layersText(layers)) ?? "own";
  const data = samples.value;
  return (
    <Folded title={words.title}>
      <Choose
        label={words.shape}
        value={shape}
        names={shape === "own" ? [...shapeNames, "own" as const] : shapeNames}
        words={(name) => words.shapes[name]}
        change={(name) => name !== "own" && set(layersOf(shapes[name]))}
      />
      <ol class="layers">
        {layers.map((layer, at) => (
          <li key={at}>
            <Choose
              label={words.type(at + 1)}
              value={layer.type}
              names={layerTypes}
              words={(name) => name}
              isLabelUnseen
              change={(type) => replace(at, layerOf(type))}
            />
            {hasAmount(layer.type) && (
              <NumberField
                label={layer.type === "Linear" ? words.width(at + 1) : words.share(at + 1)}
                isLabelUnseen
                value={layer.amount}
                least={layer.type === "Linear" ? 1 : 0}
                most={layer.type === "Linear" ? mostWidth : 0.9}
                step={layer.type === "Linear" ? 1 : 0.05}
                change={(amount) => replace(at, { ...layer, amount: boundedAmount(layer.type, amount) })}
              />
            )}
            <button
              type="button"
              class="plain"
              aria-label={words.remove(at + 1)}
              onClick={() => set(layers.filter((_, place) => place !== at))}
            >
              ✕
            </button>
          </li>
        ))}
        {data !== null && <li class="last quiet small">{words.last(data.outputs)}</li>}
      </ol>
      <div class="row">
        <button
          type="button"
          disabled={layers.length >= mostLayers}
          onClick={() => set([...layers, layerOf(layers.at(-1)?.type === "Linear" ? "Tanh" : "Linear")])}
        >
          {words.add}
        </button>
        {data !== null && <span class="small quiet">{words.loss(losses[data.aim])}</span>}
      </div>
    </Folded>
  );
}
