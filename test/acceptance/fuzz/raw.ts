/** JSON texts that JSON.stringify cannot write: numbers such as -0, 1e400 or 007. */

const marker = /"@raw:((?:[^"\\]|\\.)*)@"/g;

/** Stands in a body for a piece of text that is written as it is. */
export const raw = (text: string): string => `@raw:${text}@`;

export const textOf = (body: unknown): string =>
  (JSON.stringify(body) ?? "").replaceAll(marker, (_, text: string) => JSON.parse(`"${text}"`) as string);
