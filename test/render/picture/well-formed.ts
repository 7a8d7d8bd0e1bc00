/**
 * What makes a text no XML, or null: an element that is not closed or closed by another's name, an attribute without quotes or twice, a sign
 * that must be escaped, a character that XML has not. (In the tests of the page a browser parses the pictures, too.)
 */
export function faultInXml(text: string): string | null {
  const forbidden = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/.exec(text);
  if (forbidden !== null || !text.isWellFormed()) return "a character that XML has not";
  const open: string[] = [];
  const token = /<(\/?)([A-Za-z][\w-]*)((?:\s+[\w:-]+="[^"<]*")*)\s*(\/?)>|[^<]+/y;
  while (token.lastIndex < text.length) {
    const at = token.lastIndex;
    const [whole, closing, name, attributes = "", empty] = token.exec(text) ?? [];
    if (whole === undefined) return `no markup: ${text.slice(at, at + 60)}`;
    if (/&(?!(?:amp|lt|gt|quot|#39);)/.test(whole)) return `a bare &: ${whole.slice(0, 60)}`;
    if (name === undefined) continue;
    const names = Array.from(attributes.matchAll(/([\w:-]+)=/g), ([, attribute]) => attribute);
    if (new Set(names).size !== names.length) return `an attribute twice: ${whole.slice(0, 60)}`;
    if (closing === "/") {
      if (open.pop() !== name) return `closed by another name: ${whole}`;
    } else if (empty !== "/") open.push(name);
  }
  return open.length === 0 ? null : `not closed: ${open.join(" ")}`;
}
