/**
 * Memory that two threads share, with a place per request:
 *
 *     event loop   writes the body of request n at place n mod places, then publishes n + 1
 *     worker       waits for that, answers in order at the same places, then publishes how many it has answered
 */
const places = 256;
const placeBytes = 16 * 1024;
const [PUBLISHED, ANSWERED] = [0, 1];

export interface RingMemory {
  readonly counts: Int32Array<SharedArrayBuffer>;
  readonly lengths: Int32Array<SharedArrayBuffer>;
  readonly bodies: Uint8Array<SharedArrayBuffer>;
  readonly answers: Uint8Array<SharedArrayBuffer>;
}

const words = (count: number): Int32Array<SharedArrayBuffer> => new Int32Array(new SharedArrayBuffer(4 * count));
const bytes = (count: number): Uint8Array<SharedArrayBuffer> => new Uint8Array(new SharedArrayBuffer(count));

export const ringMemory = (): RingMemory => ({
  counts: words(2),
  lengths: words(2 * places),
  bodies: bytes(places * placeBytes),
  answers: bytes(places * placeBytes),
});

const bufferOf = ({ buffer }: Uint8Array<SharedArrayBuffer>): Buffer => Buffer.from(buffer);

/** Answers requests for ever; looks `spins` times for the next one before it sleeps. */
export function serveRing({ counts, lengths, bodies, answers }: RingMemory, spins: number, handle: (body: string) => string): never {
  const [from, to] = [bufferOf(bodies), bufferOf(answers)];
  for (let next = 0; ;) {
    for (let spin = 0; Atomics.load(counts, PUBLISHED) === next;) if (++spin > spins) Atomics.wait(counts, PUBLISHED, next);
    for (const end = Atomics.load(counts, PUBLISHED); next < end; next++) {
      const place = next % places;
      const start = place * placeBytes;
      lengths[places + place] = to.write(handle(from.toString("utf8", start, start + lengths[place])), start);
    }
    Atomics.store(counts, ANSWERED, next);
    Atomics.notify(counts, ANSWERED);
  }
}

/** The event loop's side. */
export class Ring {
  readonly #memory: RingMemory;
  readonly #answers: Buffer;
  readonly #waiting: ((answer: string) => void)[] = [];
  #published = 0;
  #answered = 0;
  #publishing = false;
  #isListening = false;

  constructor(memory: RingMemory) {
    this.#memory = memory;
    this.#answers = bufferOf(memory.answers);
  }

  submit(body: Uint8Array): Promise<string> {
    const place = this.#published++ % places;
    if (this.#published - this.#answered > places) throw new Error("The ring is full");
    this.#memory.bodies.set(body, place * placeBytes);
    this.#memory.lengths[place] = body.length;
    if (!this.#publishing) setImmediate(() => this.#publish());
    this.#publishing = true;
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  #publish(): void {
    this.#publishing = false;
    Atomics.store(this.#memory.counts, PUBLISHED, this.#published);
    Atomics.notify(this.#memory.counts, PUBLISHED);
    if (!this.#isListening) void this.#listen();
  }

  async #listen(): Promise<void> {
    this.#isListening = true;
    const { counts, lengths } = this.#memory;
    while (this.#answered < this.#published) {
      const { async, value } = Atomics.waitAsync(counts, ANSWERED, this.#answered);
      if (async) await value;
      for (const end = Atomics.load(counts, ANSWERED); this.#answered < end; this.#answered++) {
        const place = this.#answered % places;
        const start = place * placeBytes;
        this.#waiting.shift()?.(this.#answers.toString("utf8", start, start + lengths[places + place]));
      }
    }
    this.#isListening = false;
  }
}
