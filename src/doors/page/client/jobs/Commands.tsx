import { useState } from "preact/hooks";
import { download } from "../code/Copies.tsx";
import { ask, call } from "../shell/api.ts";
import { ProblemNote } from "../shell/ProblemNote.tsx";
import { go } from "../shell/route.ts";
import { texts } from "../shell/settings.ts";
import { commandsOf, type JobFacts } from "./answers.ts";

interface CommandsProps {
  readonly job: JobFacts;
  /** Reads the job anew. */
  readonly read: () => void;
}

/** What may be asked of a job, and taken from it. */
export function Commands({ job, read }: CommandsProps) {
  const { jobs: words } = texts.value;
  const [said, setSaid] = useState("");
  const [problem, setProblem] = useState<unknown>(null);
  const [isSure, setSure] = useState(false);
  const path = `/v1/jobs/${encodeURIComponent(job.id)}`;
  const commands = commandsOf(job.status);
  const guarded = async (work: () => Promise<string>): Promise<void> => {
    try {
      setProblem(null);
      setSaid(await work());
    } catch (error) {
      setSaid("");
      setProblem(error);
    }
  };
  const command = (name: "pause" | "resume" | "cancel") => async (): Promise<string> => {
    await ask(`${path}/${name}`, { method: "POST" });
    read();
    return words.done[name];
  };
  const forget = async (): Promise<string> => {
    await ask(path, { method: "DELETE" });
    go("jobs");
    return words.done.delete;
  };
  const take = (from: string, name: string) => async (): Promise<string> => {
    download(await (await ask(`${path}/${from}`)).blob(), name);
    return "";
  };
  return (
    <>
      <div class="actions">
        {(["pause", "resume", "cancel"] as const).map(
          (name) =>
            commands.includes(name) && (
              <button key={name} type="button" onClick={() => void guarded(command(name))}>
                {words.commands[name]}
              </button>
            ),
        )}
        {commands.includes("delete") && !isSure && (
          <button type="button" onClick={() => setSure(true)}>
            {words.commands.delete}
          </button>
        )}
      </div>
      {isSure && (
        <div class="problem" role="alert">
          <p>{words.really}</p>
          <p class="actions">
            <button type="button" onClick={() => void guarded(forget)}>
              {words.reallyDelete}
            </button>
            <button type="button" onClick={() => setSure(false)}>
              {words.keep}
            </button>
          </p>
        </div>
      )}
      {commands.includes("continue") && <Continuation path={path} guarded={guarded} />}
      <div class="actions small">
        <button type="button" onClick={() => void guarded(take("weights", `${job.id}.safetensors`))}>
          {words.weights}
        </button>
        <button type="button" onClick={() => void guarded(take("weights?format=json", `${job.id}.json`))}>
          {words.weightsAsJson}
        </button>
        <button type="button" onClick={() => void guarded(take("metrics?format=csv", `${job.id}.csv`))}>
          {words.history}
        </button>
      </div>
      <p class="small quiet" role="status">
        {said}
      </p>
      {problem !== null && <ProblemNote error={problem} />}
    </>
  );
}

interface ContinuationProps {
  readonly path: string;
  readonly guarded: (work: () => Promise<string>) => Promise<void>;
}

/** Another job, which goes on where this one stands, for some updates more and at another rate where one is given. */
function Continuation({ path, guarded }: ContinuationProps) {
  const { jobs: words } = texts.value;
  const goOn = (form: HTMLFormElement) => async (): Promise<string> => {
    const given = new FormData(form);
    const steps = Number(given.get("steps"));
    const rate = given.get("rate");
    const body = { ...(steps > 0 && { steps }), ...(typeof rate === "string" && rate !== "" && { optimizer: { lr: Number(rate) } }) };
    const { id } = await call<JobFacts>(`${path}/continue`, { body });
    go("jobs", new URLSearchParams({ job: id }));
    return words.done.continue;
  };
  return (
    <form
      class="row continuation small"
      onSubmit={(event) => {
        event.preventDefault();
        void guarded(goOn(event.currentTarget));
      }}
    >
      <label>
        {words.more}
        <input name="steps" type="number" min={1} max={1_000_000} step={1} defaultValue="100" />
      </label>
      <label>
        {words.rate}
        <input name="rate" type="number" min={0} step="any" placeholder={words.ratePlaceholder} />
      </label>
      <button type="submit">{words.commands.continue}</button>
    </form>
  );
}
