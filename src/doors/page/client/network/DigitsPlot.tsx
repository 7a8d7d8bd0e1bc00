import { texts } from "../shell/settings.ts";
import { decisionOf } from "./decisions.ts";
import { type Look, shownRows } from "./look.ts";
import type { Samples } from "./samples.ts";
import { Tallies } from "./Tallies.tsx";
import { useCanvas } from "./useCanvas.ts";

interface DigitsProps {
  readonly samples: Samples;
  readonly look: Look | null;
}

const columns = 10;
const side = 8;

/** Pictures of digits, each with what the network reads in it; those that it misreads are crossed. */
export function DigitsPlot({ samples, look }: DigitsProps) {
  const { network: words } = texts.value;
  const shown = shownRows(samples);
  const decided = look === null ? [] : shown.map((_, at) => decisionOf(look.outputs[at] ?? [0, 0]).chosen);
  const right = decided.filter((chosen, at) => chosen === samples.targets[shown[at]]).length;
  const canvas = useCanvas(
    ({ context, width, height, palette }) => {
      context.clearRect(0, 0, width, height);
      const rows = Math.ceil(shown.length / columns);
      const cell = Math.min(width / columns, height / rows);
      const pixel = (cell * 0.66) / side;
      const left = (width - cell * columns) / 2;
      shown.forEach((row, at) => {
        const x = left + (at % columns) * cell + 2;
        const y = Math.floor(at / columns) * cell + 2;
        context.fillStyle = palette.ink;
        samples.inputs[row].forEach((darkness, place) => {
          if (darkness === 0) return;
          context.globalAlpha = darkness;
          context.fillRect(x + (place % side) * pixel, y + Math.floor(place / side) * pixel, pixel + 0.5, pixel + 0.5);
        });
        context.globalAlpha = 1;
        if (decided.length === 0) return;
        const isRight = decided[at] === samples.targets[row];
        context.font = `${isRight ? "" : "bold "}${Math.max(9, cell * 0.3)}px system-ui, sans-serif`;
        context.textAlign = "left";
        context.textBaseline = "bottom";
        context.fillStyle = isRight ? palette.value : `rgb(${palette.classes[1].join()})`;
        context.fillText(String(decided[at]), x + side * pixel + 2, y + side * pixel);
        if (isRight) return;
        context.strokeStyle = `rgb(${palette.classes[1].join()})`;
        context.lineWidth = 1.5;
        context.beginPath();
        context.moveTo(x, y);
        context.lineTo(x + side * pixel, y + side * pixel);
        context.moveTo(x + side * pixel, y);
        context.lineTo(x, y + side * pixel);
        context.stroke();
      });
    },
    [samples, look],
  );
  return (
    <figure class="learnt tall">
      <canvas ref={canvas} role="img" aria-label={words.digits.label(look?.step ?? 0, right, decided.length)} />
      <figcaption class="small quiet">
        {words.digits.caption}{" "}
        <a href="https://doi.org/10.24432/C50P49" rel="noreferrer">
          {words.digits.source}
        </a>
      </figcaption>
      {look !== null && (
        <details class="small">
          <summary>{words.asTable}</summary>
          <Tallies classes={samples.classes} targets={shown.map((row) => samples.targets[row])} decided={decided} />
        </details>
      )}
    </figure>
  );
}
