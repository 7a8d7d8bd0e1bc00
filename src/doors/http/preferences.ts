import type { FastifyReply, FastifyRequest } from "fastify";
import type { Headers } from "./contract.ts";

/** Seconds that an answer may be put off at the most. */
const longestWait = 30;

const wait = /(?:^|[,;])\s*wait\s*=\s*"?(\d{1,9})"?\s*(?=[,;]|$)/i;

/** How many seconds the client would wait (RFC 7240: `Prefer: wait=10`), 0 unless told; the answer says what is made of it. */
export function preferredWait(request: FastifyRequest, reply: FastifyReply): number {
  const [, asked] = wait.exec(String(request.headers.prefer ?? "")) ?? [];
  if (asked === undefined) return 0;
  const seconds = Math.min(longestWait, Number(asked));
  reply.header("preference-applied", `wait=${seconds}`);
  return seconds;
}

export const preferHeader: Headers = {
  Prefer: {
    description: `\`wait=N\` has the answer put off until the job is over, for N seconds at the most (up to ${longestWait})`,
    example: "wait=10",
  },
};
export const preferenceHeader: Headers = {
  "Preference-Applied": { description: "For how many seconds the answer was put off at the most", example: "wait=10" },
};
