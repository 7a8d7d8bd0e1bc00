/**
 * Markup of the service as elements of this document. It is taken apart and not trusted: only elements of its own vocabulary come
 * through, none that runs, links or loads, and texts stay texts.
 */
const namespaces = { svg: "http://www.w3.org/2000/svg", math: "http://www.w3.org/1998/Math/MathML" } as const;
const refused = new Set(["script", "foreignObject", "a", "use", "image", "iframe", "animate", "set", "annotation-xml", "maction"]);
const harmful = /^(on|href|xlink|src|style$)/i;

export function elementOf(markup: string, kind: keyof typeof namespaces): Element | null {
  const parsed = new DOMParser().parseFromString(markup, kind === "svg" ? "image/svg+xml" : "application/xml");
  const root = parsed.documentElement;
  if (root.localName !== kind || root.namespaceURI !== namespaces[kind]) return null;
  for (const element of [root, ...root.querySelectorAll("*")]) {
    if (element.namespaceURI !== namespaces[kind] || refused.has(element.localName)) {
      element.remove();
      continue;
    }
    for (const name of element.getAttributeNames()) if (harmful.test(name)) element.removeAttribute(name);
  }
  return document.importNode(root, true);
}
