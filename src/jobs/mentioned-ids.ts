export const idPrefix = "sha256:";

/** So many places of a body are looked at, however long it is and whatever stands there. */
const mostPlaces = 1_000;

/** The ids of graphs and datasets that stand anywhere in a body, at most so many: the event loop does not parse it, and looking for bytes is quick. */
export function mentionedIds(body: Buffer, most: number): Set<string> {
  const ids = new Set<string>();
  let at = body.indexOf(idPrefix);
  for (let places = 0; at >= 0 && ids.size < most && places < mostPlaces; places++) {
    const id = body.toString("latin1", at, at + idPrefix.length + 64);
    if (/^sha256:[0-9a-f]{64}$/.test(id)) ids.add(id);
    at = body.indexOf(idPrefix, at + idPrefix.length);
  }
  return ids;
}
