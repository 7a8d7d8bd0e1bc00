import { type DestinationStream, type Logger, pino, stdTimeFunctions } from "pino";

/** Standard output, several lines at a time when they come fast, and soon in any case. What is left is written when the process exits. */
const standardOutput = (): DestinationStream => pino.destination({ dest: 1, sync: false, minLength: 4096, periodicFlush: 250 });

/** A logger that writes one JSON document per line, to standard output unless told. */
export function createLogger(level: string, destination: DestinationStream = standardOutput()): Logger {
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

/**
 * Writes what is left. The process must wait for this before it exits: as it exits, pino would write it again and again to a standard output
 * that nobody reads any more, and learns here that there is none.
 */
export const flushed = (logger: Logger): Promise<void> => new Promise((resolve) => logger.flush(() => resolve()));
