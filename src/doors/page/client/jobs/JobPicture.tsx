import { useEffect, useState } from "preact/hooks";
import "../formula/formula.css";
import { Picture } from "../picture/Picture.tsx";
import { call, text } from "../shell/api.ts";
import { ProblemNote } from "../shell/ProblemNote.tsx";
import { shade, texts } from "../shell/settings.ts";
import type { JobFacts } from "./answers.ts";

/** Weights that are sent to be drawn at the most: a picture of more than that shows their shapes anyway. */
const mostParameters = 100_000;

/** What the job trains, drawn with its weights of now and two rows of its data; asked for when it is opened. */
export function JobPicture({ job }: { readonly job: JobFacts }) {
  const { picture: words } = texts.value.jobs;
  const [isOpen, setOpen] = useState(false);
  const [svg, setSvg] = useState<string | null>(null);
  const [problem, setProblem] = useState<unknown>(null);
  const isSmall = (job.parameters ?? 0) <= mostParameters;
  const { id, step } = job;
  // A job that runs is drawn once; one that rests or is over, as it is.
  const moment = job.status === "running" ? "running" : `${job.status} ${step}`;
  useEffect(() => {
    if (!isOpen || !isSmall) return undefined;
    const asking = new AbortController();
    const { signal } = asking;
    const draw = async (): Promise<void> => {
      try {
        const { request } = await call<{ readonly request: object }>(`/v1/jobs/${encodeURIComponent(id)}/program`, { signal });
        const drawn = await text("/v1/picture", {
          body: { ...request, theme: shade.value },
          headers: { accept: "image/svg+xml" },
          signal,
        });
        setSvg(drawn);
        setProblem(null);
      } catch (error) {
        if (!signal.aborted) setProblem(error);
      }
    };
    void draw();
    return () => asking.abort();
  }, [id, isOpen, moment, shade.value]);
  return (
    <details class="sheet job-picture" onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
      <summary>
        <h2>{words.title}</h2>
      </summary>
      {!isSmall && <p class="quiet">{words.tooLarge}</p>}
      {problem !== null && <ProblemNote error={problem} />}
      {svg !== null && <Picture svg={svg} steps={noSteps} at={null} />}
    </details>
  );
}

const noSteps: readonly never[] = [];
