export const idPrefix = "sha256:";

/** The ids of graphs and datasets that stand anywhere in a body, at most so many: the event loop does not parse it, and looking for bytes is quick. */
export function mentionedIds(body: Buffer, most: number): Set<string> {
  const ids = new Set<string>();
  for (let at = body.indexOf(idPrefix); at >= 0 && ids.size < most; at = body.indexOf(idPrefix, at + idPrefix.length)) {
    const id = body.toString("latin1", at, at + idPrefix.length + 64);
    if (/^sha256:[0-9a-f]{64}$/.test(id)) ids.add(id);
  }
  return ids;
}
