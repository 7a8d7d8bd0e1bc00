import type { FastifyBaseLogger } from "fastify";
import { type DestinationStream, pino, stdTimeFunctions } from "pino";

/** Standard output, several lines at a time when they come fast, and soon in any case. What is left is written when the process exits. */
const standardOutput = (): DestinationStream => pino.destination({ dest: 1, sync: false, minLength: 4096, periodicFlush: 250 });

/** A logger that writes one JSON document per line, to standard output unless told. */
export function createLogger(level: string, destination: DestinationStream = standardOutput()): FastifyBaseLogger {
  return pino(
    {
      level,
      base: null,
      timestamp: stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    destination,
  );
}
