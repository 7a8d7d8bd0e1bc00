import type { GradedItem, Verdict } from "../../../../grading/grade/response.ts";
import type { ExplainResponse } from "../../../../render/explain/response.ts";
import { summary } from "../formula/tensors.ts";
import { texts } from "../shell/settings.ts";
import { stepOf } from "./findings.ts";

interface VerdictTableProps {
  readonly verdict: Verdict;
  readonly explanation: ExplainResponse;
  /** What was handed in, by name: the service repeats only what is wrong. */
  readonly claimed: ReadonlyMap<string, unknown>;
  readonly onStep: (id: string) => void;
}

const digits = 6;

/** Each item with what was handed in, what it should be, and the step that it comes from. */
export function VerdictTable({ verdict, explanation, claimed, onStep }: VerdictTableProps) {
  const { check: words } = texts.value;
  if (verdict.items.length === 0) return <p class="quiet">{words.nothing}</p>;
  return (
    <div class="scroll" tabIndex={0} role="region" aria-label={words.each}>
      <table class="verdicts">
        <thead>
          <tr>
            {[words.item, words.submitted, words.expected, words.judged].map((title) => (
              <th key={title} scope="col">
                {title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {verdict.items.map((item) => {
            const step = stepOf(item, explanation);
            return (
              <tr key={claimOf(item) + nameOf(item)} class={item.passed ? "right" : "wrong"}>
                <th scope="row">
                  <bdi>{words.kinds[item.kind](nameOf(item))}</bdi>
                </th>
                <td class="mono">{told(item.submitted ?? claimed.get(claimOf(item)))}</td>
                <td class="mono">{told(item.expected)}</td>
                <td>
                  <span aria-hidden="true">{item.passed ? "✓" : "✗"}</span> {words.verdicts[item.verdict]}
                  {item.message !== undefined && <span class="said-of">{item.message}</span>}
                  {!item.passed && step !== null && (
                    <button type="button" class="plain see" onClick={() => onStep(step)}>
                      {words.see}
                    </button>
                  )}
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}

const told = (value: unknown): string => (value === undefined ? "" : summary(value, digits));

const claimOf = ({ kind, name }: GradedItem): string => `${kind} ${name}`;

const nameOf = ({ kind, name, from, to }: GradedItem): string => (kind === "edge" ? `${from ?? "·"} → ${to ?? ""}` : (name ?? ""));
