import closeWithGrace from "close-with-grace";

/** Why the process stops: it was asked to, or something went wrong that nobody foresaw. */
interface Reason {
  readonly signal: string | undefined;
  readonly err: Error | undefined;
}

interface Closing {
  /** What hangs longer, in milliseconds, is left. */
  readonly withinMs: number;
  /** The process is asked once more, and ends at once. */
  readonly onSecond: () => void;
}

/** Signals that ask for the end; SIGHUP comes when the terminal has gone. */
const signals = ["SIGHUP", "SIGINT", "SIGTERM"] as const;

/** A terminal sends its signal to all that run in it, and npm hands its own on to what it runs: soon after the first it is the same. */
const echoMs = 500;

/** Milliseconds between two looks at who has started the process. */
const lookMs = 500;

/** Listens for whoever asks the process to stop, from when it is made. */
export class Shutdown {
  #askedAt: number | undefined;
  /** As long as nothing has begun there is nothing to end. */
  #first: (signal: string) => void = () => process.exit(0);
  #second: () => void = () => {};

  constructor() {
    for (const signal of signals) process.on(signal, this.#ask);
  }

  get isAsked(): boolean {
    return this.#askedAt !== undefined;
  }

  /** From now on the process is closed before it ends, also when an error ends it that nobody has foreseen. */
  by(close: (reason: Reason) => Promise<void>, { withinMs, onSecond }: Closing): void {
    let signal: string | undefined;
    const closing = closeWithGrace({ skip: [...signals], delay: withinMs, logger: false }, ({ err }) => close({ signal, err }));
    this.#first = (asked) => {
      signal = asked;
      closing.close();
    };
    this.#second = onSecond;
  }

  /** The signal means something else from now on. */
  spare(signal: (typeof signals)[number]): void {
    process.off(signal, this.#ask);
  }

  /** What has started the process, and waits for it, may have no other way to hand on what it was asked than to be gone. */
  withParent(): void {
    const { ppid } = process;
    const look = (): void => {
      if (process.ppid === ppid) return;
      clearInterval(looking);
      this.#ask("SIGHUP");
    };
    const looking = setInterval(look, lookMs).unref();
  }

  readonly #ask = (signal: string): void => {
    const now = performance.now();
    if (this.#askedAt === undefined) {
      this.#askedAt = now;
      this.#first(signal);
    } else if (now - this.#askedAt > echoMs) {
      this.#second();
      process.exit(1);
    }
  };
}
