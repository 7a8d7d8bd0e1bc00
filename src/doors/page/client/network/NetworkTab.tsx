import { useEffect } from "preact/hooks";
import { Copies } from "../code/Copies.tsx";
import { ProblemNote } from "../shell/ProblemNote.tsx";
import { texts } from "../shell/settings.ts";
import { DataPanel } from "./DataPanel.tsx";
import { Diagram } from "./Diagram.tsx";
import { DigitsPlot } from "./DigitsPlot.tsx";
import { FitPlot } from "./FitPlot.tsx";
import { LayersPanel } from "./LayersPanel.tsx";
import { LossPanel } from "./LossPanel.tsx";
import "./network.css";
import { PairsPlot } from "./PairsPlot.tsx";
import { RegionPlot } from "./RegionPlot.tsx";
import { RunBar } from "./RunBar.tsx";
import { samples, settings, view } from "./chosen.ts";
import { look, open, order, previewProblem, training } from "./state.ts";
import { TrainingPanel } from "./TrainingPanel.tsx";

export function NetworkTab() {
  const { network: words } = texts.value;
  useEffect(open, []);
  const problem = training.problem.value ?? previewProblem.value;
  return (
    <>
      <h1>{words.title}</h1>
      <p class="quiet small">{words.introduction}</p>
      <div class="network">
        <div class="choices">
          <DataPanel />
          <LayersPanel />
          <TrainingPanel />
        </div>
        <div class="results">
          <RunBar />
          {problem !== null && <ProblemNote error={problem} />}
          <div class="pictures">
            <section class="sheet" aria-labelledby="fit-title">
              <h2 id="fit-title">{words.fit.title}</h2>
              <Learnt />
            </section>
            <LossPanel />
          </div>
          {samples.value !== null && <Diagram layers={settings.value.layers} samples={samples.value} look={look.value} />}
          {order.value !== null && <Copies path="/v1/jobs" body={order.value} member="result" isJob picture={null} fileName="" />}
        </div>
      </div>
    </>
  );
}

/** The picture that suits the data. */
function Learnt() {
  const { run: words } = texts.value.network;
  const data = samples.value;
  const seen = look.value;
  if (data === null) return <p class="quiet">{settings.value.dataset === "csv" ? words.waiting : words.loading}</p>;
  if (settings.value.dataset === "digits") return <DigitsPlot samples={data} look={seen} />;
  const width = data.inputs[0].length;
  if (width === 1 && data.aim === "number") return <FitPlot samples={data} view={view.value} look={seen} />;
  if (width === 2 && data.aim !== "number") return <RegionPlot samples={data} view={view.value} look={seen} />;
  return <PairsPlot samples={data} look={seen} />;
}
