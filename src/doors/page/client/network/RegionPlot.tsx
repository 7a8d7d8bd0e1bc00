import { texts } from "../shell/settings.ts";
import { decisionOf } from "./decisions.ts";
import { type Look, spanOf, type View } from "./look.ts";
import { drawFrame, drawMark, planeOf } from "./plane.ts";
import { chosenRows, mostPoints, type Samples } from "./samples.ts";
import { Tallies } from "./Tallies.tsx";
import { type CanvasSheet, useCanvas } from "./useCanvas.ts";

interface RegionProps {
  readonly samples: Samples;
  readonly view: View | null;
  readonly look: Look | null;
}

/** How strongly a region is coloured where the network is sure, so that points can still be seen on it. */
const strongest = 0.6;

/** Which class the network decides for, all over the plane, and the points that it learns from. */
export function RegionPlot({ samples, view, look }: RegionProps) {
  const { network: words } = texts.value;
  const spans = [spanOf(samples.inputs.map(([x]) => x)), spanOf(samples.inputs.map(([, y]) => y))] as const;
  const canvas = useCanvas(
    (sheet) => {
      const { context, width, height, palette } = sheet;
      const plane = planeOf(sheet, spans);
      context.clearRect(0, 0, width, height);
      if (look !== null && view !== null) drawRegions(sheet, plane, look.outputs);
      drawFrame(context, plane, spans, palette);
      context.strokeStyle = palette.sheet;
      context.lineWidth = 1.5;
      for (const at of chosenRows(samples.inputs.length, mostPoints)) {
        const [x, y] = samples.inputs[at];
        const kind = samples.targets[at];
        context.fillStyle = `rgb(${palette.classes[kind % palette.classes.length].join()})`;
        drawMark(context, kind, [plane.x(x), plane.y(y)], samples.inputs.length > 60 ? 4 : 7);
      }
    },
    [samples, look],
  );
  const decided = look === null ? [] : decisionsAt(samples, spans, look.outputs);
  const right = decided.filter((chosen, at) => chosen === samples.targets[at]).length;
  return (
    <figure class="learnt">
      <canvas ref={canvas} role="img" aria-label={words.regions.label(look?.step ?? 0, right, samples.targets.length)} />
      <figcaption class="small quiet">{words.regions.caption}</figcaption>
      {look !== null && (
        <details class="small">
          <summary>{words.asTable}</summary>
          <Tallies classes={samples.classes} targets={samples.targets} decided={decided} />
        </details>
      )}
    </figure>
  );
}

/** A cell of colour for each point that the network was asked about, blended into its neighbours. */
function drawRegions({ context, palette }: CanvasSheet, plane: ReturnType<typeof planeOf>, outputs: Look["outputs"]): void {
  const side = Math.round(Math.sqrt(outputs.length));
  const cells = new OffscreenCanvas(side, side);
  const small = cells.getContext("2d");
  if (small === null) return;
  const image = small.createImageData(side, side);
  outputs.forEach((each, at) => {
    const { chosen, sureness } = decisionOf(each);
    // The rows of points go up, those of an image down.
    const place = 4 * ((side - 1 - Math.floor(at / side)) * side + (at % side));
    image.data.set([...palette.classes[chosen % palette.classes.length], Math.round(255 * strongest * (0.15 + 0.85 * sureness))], place);
  });
  small.putImageData(image, 0, 0);
  context.imageSmoothingEnabled = true;
  // Its outer points lie on the frame: half a cell stands out on each side.
  const [wide, high] = [plane.width / (side - 1), plane.height / (side - 1)];
  context.save();
  context.beginPath();
  context.rect(plane.left, plane.top, plane.width, plane.height);
  context.clip();
  context.drawImage(cells, plane.left - wide / 2, plane.top - high / 2, plane.width + wide, plane.height + high);
  context.restore();
}

/** What is decided for each sample: as at the nearest of the points that the network was asked about. */
function decisionsAt(samples: Samples, spans: readonly (readonly [number, number])[], outputs: Look["outputs"]): number[] {
  const side = Math.round(Math.sqrt(outputs.length));
  const place = (number: number, [least, most]: readonly [number, number]): number =>
    Math.round(((number - least) / (most - least)) * (side - 1));
  return samples.inputs.map(([x, y]) => decisionOf(outputs[place(y, spans[1]) * side + place(x, spans[0])] ?? [0]).chosen);
}
