import { shortestText } from "../../request/encode.ts";
import type { Limits } from "../../request/limits.ts";
import type { Encoding } from "../../request/values.ts";
import { answerTooLarge, Leaf, type Outline } from "../../tasks/outline.ts";
import type { Written } from "../../tasks/perform.ts";
import type { TaskContent, Findings, WriteTensor } from "../../tasks/result.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { GrowingAnswer } from "./answer.ts";
import { Template } from "./template.ts";

/** Writes what a task answers as the native door tells it: as JSON, unless it is text or bytes already. */
export function writeJson(content: TaskContent, limits: Limits): Written {
  switch (content.kind) {
    case "findings":
      return json((answer) => addFindings(answer, content.findings, content.encoding), limits);
    case "points":
      return json((answer) => addPoints(answer, content.points, content.encoding), limits);
    case "document":
      return json((answer) => addDocument(answer, content.compose, content.encoding), limits);
    case "text":
      if (content.text.length > limits.answerBytes) throw answerTooLarge(limits);
      return { contentType: `${content.mediaType}; charset=utf-8`, body: content.text };
    case "bytes":
      return { contentType: "application/octet-stream", body: content.bytes };
    case "nothing":
      return { contentType: "application/octet-stream", body: "" };
  }
}

/** Tensors of fewer characters than this, all together, are written as one text. */
const shortTensors = 2 ** 14;

/** What was made of each outline: the text around the tensors is the same at every run. */
const templates = new WeakMap<Outline, Template>();

function addFindings(answer: GrowingAnswer, { outline, tensors, further }: Findings, encoding: Encoding): void {
  let template = templates.get(outline);
  if (template === undefined) templates.set(outline, (template = new Template(outline.layout)));
  if (outline.shortest(encoding) < shortTensors) answer.add(template.text(tensors, encoding, further));
  else template.write(answer, tensors, encoding, further);
}

function addPoints(answer: GrowingAnswer, points: Iterable<Findings>, encoding: Encoding): void {
  let before = '{"points":[';
  for (const findings of points) {
    answer.add(before);
    addFindings(answer, findings, encoding);
    before = ",";
  }
  answer.add("]}");
}

/** Around its tensors a document is one text; they may be large. */
function addDocument(answer: GrowingAnswer, compose: (write: WriteTensor<Leaf>) => object, encoding: Encoding): void {
  const tensors: Tensor[] = [];
  const document = compose((tensor) => new Leaf(tensors.push(tensor) - 1));
  // Without tensors a document may hold any text, even one that reads as a leaf.
  if (tensors.length === 0) return answer.add(JSON.stringify(document));
  const template = new Template(document);
  const shortest = tensors.reduce((sum, tensor) => sum + shortestText(tensor, encoding), 0);
  if (shortest < shortTensors) answer.add(template.text(tensors, encoding, {}));
  else template.write(answer, tensors, encoding, {});
}

function json(compose: (answer: GrowingAnswer) => void, limits: Limits): Written {
  const answer = new GrowingAnswer(limits);
  try {
    compose(answer);
    return { contentType: "application/json; charset=utf-8", body: answer.finish() };
  } catch (error) {
    // V8 has no strings above half a gigabyte.
    if (error instanceof RangeError) throw answerTooLarge(limits);
    throw error;
  }
}
