/** An event of a stream of server-sent events. */
export interface ServerEvent {
  readonly id: string;
  readonly type: string;
  readonly data: string;
}

/**
 * Reads server-sent events out of the pieces of an answer, wherever those are cut; `retry` is told how long to wait, in milliseconds,
 * before the stream is asked for again. A half event at the end is none: it is sent again to who comes back.
 */
export async function* readEvents(pieces: AsyncIterable<Uint8Array>, retry: (milliseconds: number) => void): AsyncGenerator<ServerEvent> {
  const decoder = new TextDecoder();
  let rest = "";
  let id = "";
  let type = "";
  let data: string[] = [];
  for await (const piece of pieces) {
    const lines = (rest + decoder.decode(piece, { stream: true })).split(/\r\n|\n|\r(?!$)/);
    rest = lines.pop() ?? "";
    for (const line of lines) {
      if (line === "") {
        if (data.length > 0) yield { id, type: type === "" ? "message" : type, data: data.join("\n") };
        type = "";
        data = [];
        continue;
      }
      const [, field, value] = /^([^:]*):? ?(.*)$/s.exec(line) ?? ["", "", ""];
      if (field === "data") data.push(value);
      else if (field === "event") type = value;
      else if (field === "id") id = value;
      else if (field === "retry" && /^\d+$/.test(value)) retry(Number(value));
    }
  }
}
