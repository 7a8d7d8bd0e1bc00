import { isTensor, type TensorJson } from "../formula/tensors.ts";

/** What is claimed, as /v1/grade takes it. A value that cannot be read stays the text that it is: the service says so of it. */
export type ClaimSections = Readonly<Record<string, unknown>>;

const sections = ["outputs", "nodes", "gradients"] as const;
type Section = (typeof sections)[number];
const headings: Readonly<Record<string, Section>> = {
  outputs: "outputs",
  nodes: "nodes",
  values: "nodes",
  gradients: "gradients",
  grads: "gradients",
};
/** Members by which a submission is known that was written for the service. */
const members = new Set<string>([...sections, "edges", "points", "id"]);

/**
 * Reads claims: JSON, a dictionary as Python writes it, or lines such as `b = 5`, with numbers and arrays as NumPy prints them. Lines
 * below a heading such as `values:` are claims of another kind. `isName` tells the formula's names, so that `db` is known for that of `b`.
 */
export function claimsIn(text: string, isName: (name: string) => boolean): ClaimSections {
  const whole = objectIn(text);
  if (whole !== null) {
    if (Object.keys(whole).some((name) => members.has(name))) return whole;
    return { gradients: Object.fromEntries(Object.entries(whole).map(([name, value]) => [meantBy(name, isName), valueOf(value)])) };
  }
  const found: Partial<Record<Section, Record<string, unknown>>> = {};
  let section: Section = "gradients";
  for (const line of statementsOf(text)) {
    const heading =
      headings[
        line
          .replace(/[:：]$/, "")
          .trim()
          .toLowerCase()
      ];
    if (heading !== undefined) section = heading;
    else {
      const [, name, value] = /^(.+?)\s*(?:[=＝≈：]|:(?!=))\s*(.*)$/s.exec(line) ?? [null, line, ""];
      const meant = section === "gradients" ? meantBy(name, isName) : name;
      found[section] = { ...found[section], [meant]: valueIn(value) };
    }
  }
  return found;
}

/** Tensors by name, written as claims are. */
export function tensorsIn(text: string): ReadonlyMap<string, TensorJson> {
  const { gradients } = claimsIn(text, () => true);
  return new Map(
    typeof gradients === "object" && gradients !== null
      ? Object.entries(gradients).filter((each): each is [string, TensorJson] => isTensor(each[1]))
      : [],
  );
}

/** What ends a statement: a line, a semicolon, a comma before the next name. */
const end = /(\r?\n|[;；]|[,，](?=\s*[^\s,，=＝≈:：]+\s*[=＝≈:：]))/;

/** Statements, joined where a bracket is open over their ends; without comments. */
function statementsOf(text: string): string[] {
  const statements: string[] = [];
  let open = "";
  const parts = text.replaceAll(/#.*/g, "").split(end);
  for (let at = 0; at < parts.length; at += 2) {
    open = open === "" ? (parts[at] ?? "").trim() : `${open}${parts[at - 1] ?? ""}${parts[at] ?? ""}`;
    if (count(open, /[[(]/g) > count(open, /[\])]/g)) continue;
    if (open !== "") statements.push(open.replace(/[,，]$/, ""));
    open = "";
  }
  return open === "" ? statements : [...statements, open];
}

const count = (text: string, pattern: RegExp): number => text.match(pattern)?.length ?? 0;

/** Whose gradient is meant by ∂e/∂b, de/db, b.grad, grad_b, grad(b), and by db where the formula has b and no db. */
function meantBy(written: string, isName: (name: string) => boolean): string {
  const name = written.trim().replace(/^(["'`])(.*)\1$/s, "$2");
  if (isName(name)) return name;
  const [, quotient] = /^[∂d]\s*\S*\s*\/\s*[∂d]\s*(.+)$/su.exec(name) ?? [];
  const [, member] = /^(.+)\.grad$/s.exec(name) ?? [];
  const [, called] = /^grad(?:ient)?(?:[ _]|\()(.+?)\)?$/s.exec(name) ?? [];
  const [, differential] = /^[d∂]_?(.+)$/su.exec(name) ?? [];
  return [quotient, member, called, differential].find((each) => each !== undefined && isName(each)) ?? quotient ?? member ?? name;
}

/** An object as JSON or Python writes it; null where the text is none. */
function objectIn(text: string): Readonly<Record<string, unknown>> | null {
  if (!text.trim().startsWith("{")) return null;
  for (const candidate of [text, jsonOf(text)]) {
    try {
      const json: unknown = JSON.parse(candidate);
      return typeof json === "object" && json !== null && !Array.isArray(json) ? { ...json } : null;
    } catch {
      // The next one, or none.
    }
  }
  return null;
}

/** What Python and NumPy print, as JSON: other quotes, `array(…)`, `1.` for 1, spaces between numbers, `dtype`s. */
const jsonOf = (text: string): string =>
  text
    .replaceAll("'", '"')
    .replaceAll("，", ",")
    .replaceAll(/\b(?:(?:np|numpy|torch|jnp)\.)?(?:array|tensor|Array|float64|float32)\(/g, "(")
    .replaceAll(/,\s*(?:dtype|device|requires_grad|grad_fn|weak_type)\s*=\s*[^,()\]}]+(?:\([^)]*\))?/g, "")
    .replaceAll(/[()]/g, " ")
    .replaceAll("−", "-")
    .replaceAll(/(?<=\d)\.(?!\d)/g, ".0")
    .replaceAll(/(?<![\d.])\.(?=\d)/g, "0.")
    .replaceAll(/(?<![\w".])\+(?=\d)/g, "")
    .replaceAll(/(?<=[\d\]])\s+(?=[-[\d])/g, ", ")
    .replaceAll(/(?<![\w"])(-?)(nan|inf|NaN|Infinity)(?![\w"])/g, (_, sign: string, word: string) =>
      /^n/i.test(word) ? '"NaN"' : `"${sign}Infinity"`,
    )
    .replaceAll(/,\s*(?=[\]}])/g, "");

/** A value of a line: a number, a fraction, an array; else the text itself. */
function valueIn(text: string): unknown {
  const [, above, below] = /^(-?[\d.]+)\s*\/\s*([\d.]+)$/.exec(text.trim().replace("−", "-")) ?? [];
  if (above !== undefined && below !== undefined && Number(below) !== 0) return Number(above) / Number(below);
  try {
    const json: unknown = JSON.parse(jsonOf(text).trim());
    return isTensor(json) ? json : text;
  } catch {
    return text;
  }
}

const valueOf = (value: unknown): unknown => (typeof value === "string" ? valueIn(value) : value);
