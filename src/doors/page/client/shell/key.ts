import { signal } from "@preact/signals";

const place = "adjoint-key";

/** The key of the service, which this tab of the browser keeps until it is closed. */
export const keyOf = (): string | null => {
  try {
    return sessionStorage.getItem(place);
  } catch {
    return given;
  }
};
let given: string | null = null;

/** Why a key is asked for; null while none is. */
export const keyQuestion = signal<{ readonly wasRefused: boolean } | null>(null);
let asking: { readonly promise: Promise<boolean>; readonly resolve: (isGiven: boolean) => void } | null = null;

/** Asks for a key, once for all who want one at the same time; tells whether there is another now. */
export function askForKey(refused: string | null): Promise<boolean> {
  // Somebody else has asked since.
  if (refused !== keyOf()) return Promise.resolve(true);
  if (asking === null) {
    asking = Promise.withResolvers<boolean>();
    keyQuestion.value = { wasRefused: refused !== null };
  }
  return asking.promise;
}

/** Asks for a key in place of the one that there is, which does not suffice. */
export function askForAnotherKey(): void {
  keyQuestion.value ??= { wasRefused: false };
}

/** The answer to the question: a key, or null where there is none to give. */
export function answerWithKey(key: string | null): void {
  if (key !== null) {
    given = key;
    try {
      sessionStorage.setItem(place, key);
    } catch {
      // The tab then keeps it only while it is not loaded again.
    }
  }
  keyQuestion.value = null;
  asking?.resolve(key !== null);
  asking = null;
}
