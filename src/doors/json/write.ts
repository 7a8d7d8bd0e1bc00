import { encodeTensor } from "../../request/encode.ts";
import type { Limits } from "../../request/limits.ts";
import type { Encoding } from "../../request/values.ts";
import { answerTooLarge, type Outline } from "../../tasks/outline.ts";
import type { Written } from "../../tasks/perform.ts";
import type { TaskContent, Findings } from "../../tasks/result.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { Template } from "./template.ts";

/** Writes what a task answers as the native door tells it: as JSON, unless it is text or bytes already. */
export function writeJson(content: TaskContent, limits: Limits): Written {
  switch (content.kind) {
    case "findings":
      return json(() => findingsText(content.findings, content.encoding), limits);
    case "points":
      return json(() => pointsText(content.points, content.encoding), limits);
    case "document":
      return json(() => JSON.stringify(content.compose((tensor) => encodeTensor(tensor, content.encoding))), limits);
    case "text":
      return { contentType: `${content.mediaType}; charset=utf-8`, body: content.text };
    case "bytes":
      return { contentType: "application/octet-stream", body: content.bytes };
    case "nothing":
      return { contentType: "application/octet-stream", body: "" };
  }
}

/** What was made of each outline: the text around the tensors is the same at every run. */
const templates = new WeakMap<Outline, Template>();

function findingsText({ outline, tensors, further }: Findings, encoding: Encoding): string {
  let template = templates.get(outline);
  if (template === undefined) templates.set(outline, (template = new Template(outline.layout)));
  return template.write(tensors, (tensor) => textOf(tensor, encoding), further);
}

function pointsText(points: Iterable<Findings>, encoding: Encoding): string {
  const texts = Array.from(points, (findings) => findingsText(findings, encoding));
  return `{"points":[${texts.join()}]}`;
}

function textOf(tensor: Tensor, encoding: Encoding): string {
  const encoded = encodeTensor(tensor, encoding);
  return typeof encoded === "number" ? String(encoded) : JSON.stringify(encoded);
}

function json(compose: () => string, limits: Limits): Written {
  let text: string;
  try {
    text = compose();
  } catch (error) {
    // V8 has no strings above half a gigabyte.
    if (error instanceof RangeError) throw answerTooLarge(limits);
    throw error;
  }
  if (text.length > limits.answerBytes) throw answerTooLarge(limits);
  return { contentType: "application/json; charset=utf-8", body: text };
}
