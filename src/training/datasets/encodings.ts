/** Encodings of texts, as a client names them, and as the platform's decoder does. */
export const decoderNames = {
  "utf-8": "utf-8",
  "utf-16": "utf-16le",
  "utf-16le": "utf-16le",
  "utf-16be": "utf-16be",
  "latin-1": "windows-1252",
  "iso-8859-1": "windows-1252",
  cp1252: "windows-1252",
  "windows-1252": "windows-1252",
  "iso-8859-2": "iso-8859-2",
  "iso-8859-15": "iso-8859-15",
  "windows-1250": "windows-1250",
  "windows-1251": "windows-1251",
  "koi8-r": "koi8-r",
  shift_jis: "shift_jis",
  "euc-jp": "euc-jp",
  "euc-kr": "euc-kr",
  gb18030: "gb18030",
  big5: "big5",
} as const;

export type TextEncoding = keyof typeof decoderNames;
export const textEncodings = Object.keys(decoderNames) as TextEncoding[];
