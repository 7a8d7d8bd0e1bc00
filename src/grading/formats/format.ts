import type { Answer } from "../../tasks/context.ts";

import type { GradeFormat } from "../grade/request.ts";
import { autolab, classroom50, codeGrade, gradescope, junit, prairieLearn, type Reported, tap, text } from "./reports.ts";

interface Writer {
  readonly contentType: string;
  readonly write: (reported: Reported) => string;
}

const json = (report: (reported: Reported) => object): Writer => ({
  contentType: "application/json; charset=utf-8",
  write: (reported) => `${JSON.stringify(report(reported))}\n`,
});

const plain = (write: Writer["write"]): Writer => ({ contentType: "text/plain; charset=utf-8", write });

const writers: Readonly<Record<Exclude<GradeFormat, "json">, Writer>> = {
  gradescope: json(gradescope),
  prairielearn: json(prairieLearn),
  classroom50: json(classroom50),
  codegrade: json(codeGrade),
  autolab: plain((reported) => `${text(reported)}\n${JSON.stringify(autolab(reported))}\n`),
  junit: { contentType: "application/xml; charset=utf-8", write: junit },
  tap: plain(tap),
  text: plain((reported) => `${text(reported)}\n`),
};

/** A verdict in the form that an autograder reads. */
export function formatted(format: Exclude<GradeFormat, "json">, reported: Reported): Answer {
  const { contentType, write } = writers[format];
  return { status: 200, contentType, body: write(reported) };
}
