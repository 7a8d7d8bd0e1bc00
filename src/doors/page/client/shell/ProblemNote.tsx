import { askForAnotherKey } from "./key.ts";
import { MissingInputs, ServiceProblem, Unreachable } from "./problem.ts";
import { texts } from "./settings.ts";

/** What went wrong, in the reader's words, then in the service's own, and where. */
export function ProblemNote({ error }: { readonly error: unknown }) {
  const { problems, shell } = texts.value;
  if (!(error instanceof ServiceProblem)) {
    const said = error instanceof Error ? error.message : String(error);
    return (
      <p class="problem" role="alert">
        {error instanceof Unreachable ? problems.unreachable : error instanceof MissingInputs ? problems.missing(said) : said}
      </p>
    );
  }
  const { title, detail, code, errors } = error.document;
  const places = errors.slice(0, 5);
  return (
    <div class="problem" role="alert">
      <p>
        <strong>{problems.titles[code] ?? title}</strong>
      </p>
      {places.length === 0 && <p lang="en">{detail}</p>}
      {places.map((place) => (
        <p key={place.pointer + place.detail}>
          <span lang="en">{place.detail}</span>{" "}
          {place.pointer !== "" && (
            <span class="quiet">
              ({problems.at} <code>{place.pointer}</code>)
            </span>
          )}
        </p>
      ))}
      {code === "forbidden" && (
        <button type="button" onClick={askForAnotherKey}>
          {shell.key.another}
        </button>
      )}
    </div>
  );
}
