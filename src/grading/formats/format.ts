import type { TaskContent } from "../../tasks/result.ts";

import type { GradeFormat } from "../grade/request.ts";
import { autolab, classroom50, codeGrade, gradescope, junit, prairieLearn, type Reported, tap, text } from "./reports.ts";

interface Writer {
  readonly mediaType: string;
  readonly write: (reported: Reported) => string;
}

const json = (report: (reported: Reported) => object): Writer => ({
  mediaType: "application/json",
  write: (reported) => `${JSON.stringify(report(reported))}\n`,
});

const plain = (write: Writer["write"]): Writer => ({ mediaType: "text/plain", write });

const writers: Readonly<Record<Exclude<GradeFormat, "json">, Writer>> = {
  gradescope: json(gradescope),
  prairielearn: json(prairieLearn),
  classroom50: json(classroom50),
  codegrade: json(codeGrade),
  autolab: plain((reported) => `${text(reported)}\n${JSON.stringify(autolab(reported))}\n`),
  junit: { mediaType: "application/xml", write: junit },
  tap: plain(tap),
  text: plain((reported) => `${text(reported)}\n`),
};

/** A verdict in the form that an autograder reads. */
export function formatted(format: Exclude<GradeFormat, "json">, reported: Reported): TaskContent {
  const { mediaType, write } = writers[format];
  return { kind: "text", text: write(reported), mediaType };
}
