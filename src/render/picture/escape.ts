const entities: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };

/** Text as content or attribute of XML. What XML has no character for becomes one that says so. */
export const xml = (text: string): string =>
  text
    .toWellFormed()
    .replaceAll(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, "\ufffd")
    .replaceAll(/[&<>"']/g, (character) => entities[character] ?? character);

/** A client's text between others: its direction stays its own. */
export const isolated = (text: string): string => (isPlain.test(text) ? text : `\u2068${text}\u2069`);

const isPlain = /^[\u0020-\u058f\u2010-\u2027\u2030-\u205e\u2070-\u2bff\u2e80-\ud7ff]*$/;
