/** A body of a request with what the service itself says about it: one line of JSON before it. */
export interface Frame {
  readonly header: unknown;
  readonly rest: string | Uint8Array;
}

const newline = 10;

/** The bytes of a frame. The header is JSON of the service's own making, which has no line break. */
export const framed = (header: unknown, body: Uint8Array): Buffer<ArrayBuffer> =>
  Buffer.concat([Buffer.from(`${JSON.stringify(header)}\n`), body]);

/** Takes a frame apart; the rest is not copied. */
export function splitFrame(frame: string | Uint8Array): Frame {
  if (typeof frame === "string") {
    const at = frame.indexOf("\n");
    return { header: JSON.parse(frame.slice(0, at)), rest: frame.slice(at + 1) };
  }
  const at = frame.indexOf(newline);
  return { header: JSON.parse(Buffer.from(frame.subarray(0, at)).toString()), rest: frame.subarray(at + 1) };
}
