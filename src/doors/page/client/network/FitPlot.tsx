import { shortOf } from "../charts/numbers.ts";
import { texts } from "../shell/settings.ts";
import { even, type Look, spanOf, type View } from "./look.ts";
import { drawFrame, drawMark, planeOf } from "./plane.ts";
import { chosenRows, mostPoints, type Samples } from "./samples.ts";
import { useCanvas } from "./useCanvas.ts";

interface FitProps {
  readonly samples: Samples;
  readonly view: View | null;
  readonly look: Look | null;
}

/** A function of one number: the points that it is learnt from, and what the network makes of the numbers between. */
export function FitPlot({ samples, view, look }: FitProps) {
  const { network: words } = texts.value;
  const xs = spanOf(samples.inputs.map(([x]) => x));
  const ys = spanOf(samples.targets);
  const curve = look === null || view === null ? [] : view.points.map(([x], at) => [x, look.outputs[at]?.[0] ?? Number.NaN] as const);
  const canvas = useCanvas(
    ({ context, width, height, palette }) => {
      const plane = planeOf({ width, height }, [xs, ys]);
      context.clearRect(0, 0, width, height);
      drawFrame(context, plane, [xs, ys], palette);
      context.save();
      context.beginPath();
      context.rect(plane.left, plane.top, plane.width, plane.height);
      context.clip();
      context.fillStyle = palette.sheet;
      context.strokeStyle = palette.quiet;
      context.lineWidth = 1.25;
      for (const at of chosenRows(samples.inputs.length, mostPoints)) {
        drawMark(context, 0, [plane.x(samples.inputs[at][0]), plane.y(samples.targets[at])], 3.5);
      }
      context.strokeStyle = palette.value;
      context.lineWidth = 3;
      context.lineJoin = "round";
      context.beginPath();
      for (const [x, y] of curve) context.lineTo(plane.x(x), plane.y(y));
      context.stroke();
      context.restore();
    },
    [samples, look],
  );
  const nearest = (x: number): number =>
    curve.reduce((best, [each], at) => (Math.abs(each - x) < Math.abs(curve[best][0] - x) ? at : best), 0);
  return (
    <figure class="learnt">
      <canvas ref={canvas} role="img" aria-label={words.fit.label(look?.step ?? 0, look === null ? "–" : shortOf(look.loss))} />
      <figcaption class="small quiet">
        <span class="swatch points" aria-hidden="true" /> {words.fit.points} <span class="swatch curve" aria-hidden="true" />{" "}
        {words.fit.curve}
      </figcaption>
      <details class="small">
        <summary>{words.asTable}</summary>
        <table>
          <thead>
            <tr>
              <th scope="col">x</th>
              <th scope="col">{words.fit.says}</th>
            </tr>
          </thead>
          <tbody>
            {curve.length > 0 &&
              even([xs[0], xs[1]], 11).map((x) => (
                <tr key={x}>
                  <td>{shortOf(curve[nearest(x)][0])}</td>
                  <td>{shortOf(curve[nearest(x)][1])}</td>
                </tr>
              ))}
          </tbody>
        </table>
      </details>
    </figure>
  );
}
