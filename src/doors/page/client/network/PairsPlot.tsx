import { shortOf } from "../charts/numbers.ts";
import { texts } from "../shell/settings.ts";
import { decisionOf } from "./decisions.ts";
import { type Look, shownRows, spanOf } from "./look.ts";
import { drawFrame, drawMark, planeOf } from "./plane.ts";
import type { Samples } from "./samples.ts";
import { Tallies } from "./Tallies.tsx";
import { useCanvas } from "./useCanvas.ts";

interface PairsProps {
  readonly samples: Samples;
  readonly look: Look | null;
}

/** What the network says of rows with many numbers: beside what it should say. */
export function PairsPlot({ samples, look }: PairsProps) {
  const { network: words } = texts.value;
  const shown = shownRows(samples);
  const targets = shown.map((row) => samples.targets[row]);
  if (samples.aim !== "number") {
    const decided = look === null ? [] : shown.map((_, at) => decisionOf(look.outputs[at] ?? [0, 0]).chosen);
    return <Tallies classes={samples.classes} targets={targets} decided={decided} />;
  }
  return (
    <Scatter targets={targets} said={look === null ? [] : shown.map((_, at) => look.outputs[at]?.[0] ?? Number.NaN)} words={words.pairs} />
  );
}

interface ScatterProps {
  readonly targets: readonly number[];
  readonly said: readonly number[];
  readonly words: { readonly label: (rows: number, error: string) => string; readonly caption: string };
}

function Scatter({ targets, said, words }: ScatterProps) {
  const span = spanOf(targets);
  const canvas = useCanvas(
    ({ context, width, height, palette }) => {
      const plane = planeOf({ width, height }, [span, span]);
      context.clearRect(0, 0, width, height);
      drawFrame(context, plane, [span, span], palette);
      context.save();
      context.beginPath();
      context.rect(plane.left, plane.top, plane.width, plane.height);
      context.clip();
      context.strokeStyle = palette.quiet;
      context.beginPath();
      context.moveTo(plane.x(span[0]), plane.y(span[0]));
      context.lineTo(plane.x(span[1]), plane.y(span[1]));
      context.stroke();
      context.fillStyle = palette.value;
      context.strokeStyle = palette.sheet;
      said.forEach((each, at) => drawMark(context, 0, [plane.x(targets[at]), plane.y(each)], 4));
      context.restore();
    },
    [targets.length, said],
  );
  const error = said.length === 0 ? Number.NaN : said.reduce((sum, each, at) => sum + Math.abs(each - targets[at]), 0) / said.length;
  return (
    <figure class="learnt">
      <canvas ref={canvas} role="img" aria-label={words.label(targets.length, shortOf(error))} />
      <figcaption class="small quiet">{words.caption}</figcaption>
    </figure>
  );
}
