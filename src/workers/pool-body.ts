import { isUtf8 } from "node:buffer";
import { isMarkedAsUntransferable } from "node:worker_threads";
import { problem } from "../problems/problems.ts";
import { longestText } from "./pool-protocol.ts";

/** Throws the problem `invalid_encoding` unless the bytes are UTF-8. */
export function requireUtf8(bytes: Uint8Array): void {
  if (!isUtf8(bytes)) throw problem("invalid_encoding", "The body is not valid UTF-8");
}

/**
 * A request body in the form in which it travels to a worker. Short ones are checked and decoded here; the rest stay bytes, which
 * own their memory, and are checked in the worker.
 */
export function travelling(body: Uint8Array): string | Uint8Array<ArrayBuffer> {
  if (body.byteLength > longestText) return owning(body);
  requireUtf8(body);
  return Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString();
}

/**
 * The same bytes as the only view of memory that may change owner. A view of part of a buffer is copied: it would take the whole
 * buffer with it, and with a slice of Node's pool the data of others.
 */
export function owning(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return ownsItsMemory(bytes) ? bytes : new Uint8Array(bytes);
}

function ownsItsMemory(bytes: Uint8Array): bytes is Uint8Array<ArrayBuffer> {
  const { buffer } = bytes;
  return buffer instanceof ArrayBuffer && bytes.byteLength === buffer.byteLength && !isMarkedAsUntransferable(buffer);
}
