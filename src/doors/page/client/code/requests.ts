/** A request as somebody else's program would make it. */
export interface CodedRequest {
  readonly url: string;
  readonly body: object;
  /** Whether the service asks for a key: it is named, and never written down. */
  readonly needsKey: boolean;
  /** The member of the answer that is wanted. */
  readonly member: string;
  /** Whether to wait for the end of the job that is posted. */
  readonly isJob?: boolean;
}

export const codeLanguages = ["curl", "python", "r"] as const;
export type CodeLanguage = (typeof codeLanguages)[number];

const keyVariable = "ADJOINT_KEY";

/** As long as the service has an answer wait. */
const patience = "wait=30";

const writers: Readonly<Record<CodeLanguage, (request: CodedRequest) => string>> = {
  curl: ({ url, body, needsKey, isJob = false }) =>
    [
      `curl ${quoted(url)}`,
      ...(needsKey ? [`-H "Authorization: Bearer $${keyVariable}"`] : []),
      `-H 'Content-Type: application/json'`,
      ...(isJob ? [`-H 'Prefer: ${patience}'`] : []),
      `-d ${quoted(JSON.stringify(body))}`,
    ].join(" \\\n  "),
  // JSON of texts, numbers and lists is Python, too; true and null are written as they are called there.
  python: ({ url, body, needsKey, member, isJob = false }) =>
    [
      ...(needsKey ? ["import os", ""] : []),
      "import requests",
      "",
      "answer = requests.post(",
      `    ${JSON.stringify(url)},`,
      ...(needsKey || isJob
        ? [
            `    headers={${[
              ...(needsKey ? [`"Authorization": f"Bearer {os.environ['${keyVariable}']}"`] : []),
              ...(isJob ? [`"Prefer": "${patience}"`] : []),
            ].join(", ")}},`,
          ]
        : []),
      `    json=${pythonOf(body)},`,
      ")",
      "answer.raise_for_status()",
      `print(answer.json()["${member}"])`,
    ].join("\n"),
  r: ({ url, body, needsKey, member, isJob = false }) =>
    [
      "library(httr2)",
      "",
      `answer <- request(${JSON.stringify(url)}) |>`,
      ...(needsKey ? [`  req_auth_bearer_token(Sys.getenv("${keyVariable}")) |>`] : []),
      ...(isJob ? [`  req_headers(Prefer = "${patience}") |>`] : []),
      `  req_body_raw(${rawText(JSON.stringify(body))}, type = "application/json") |>`,
      "  req_perform() |>",
      "  resp_body_json()",
      `str(answer$${member})`,
    ].join("\n"),
};

export const codeOf = (language: CodeLanguage, request: CodedRequest): string => writers[language](request);

/** For a shell, in which nothing between single quotes means anything. */
const quoted = (text: string): string => `'${text.replaceAll("'", String.raw`'\''`)}'`;

function pythonOf(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(pythonOf).join(", ")}]`;
  if (typeof value === "object" && value !== null)
    return `{${Object.entries(value)
      .map(([name, member]) => `${JSON.stringify(name)}: ${pythonOf(member)}`)
      .join(", ")}}`;
  if (typeof value === "boolean") return value ? "True" : "False";
  return value === null || value === undefined ? "None" : JSON.stringify(value);
}

/** R reads what stands between these as it is; as many dashes as the text does not have behind a parenthesis. */
function rawText(text: string): string {
  let dashes = "";
  while (text.includes(`)${dashes}"`)) dashes += "-";
  return `r"${dashes}(${text})${dashes}"`;
}
