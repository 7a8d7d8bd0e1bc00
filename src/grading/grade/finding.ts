import { Problem } from "../../problems/problems.ts";
import type { GivenTensor } from "../../request/tensor.ts";
import { type Item, type ItemFinder, type ItemRequest, keyOf } from "../items.ts";
import { claimedTwice, clipped, type Flaw, mostFlaws, namedAfter, nothing, notInProgram } from "./flaws.ts";
import type { Unjudged } from "./judge.ts";
import type { ClaimedItem } from "./reading.ts";
import type { ItemPlace } from "./response.ts";

/** How many faults without an item are listed, and how many more there are. */
export interface FlawTally {
  listed: number;
  unlisted: number;
}

/** A claim that can be judged. */
export interface FoundItem {
  readonly item: Item;
  readonly key: string;
  readonly tensor: GivenTensor;
}

export const unjudged = (place: ItemPlace, fault: Flaw): Unjudged => ({ place, fault, key: null });

/** The claims by the items of the program that they are about, in their order; what is about none is at fault. `at` is the point. */
export function foundItems(
  claims: readonly ClaimedItem[],
  finder: ItemFinder,
  tally: FlawTally,
  at: { readonly point?: number },
): (Unjudged | FoundItem)[] {
  const seen = new Set<string>();
  return claims.flatMap(({ request, tensor, fault }): (Unjudged | FoundItem)[] => {
    // Words for a name that nobody knows take a search.
    if (tally.listed >= mostFlaws && !finder.mayHave(request)) {
      tally.unlisted++;
      return [];
    }
    const found = itemOrFault(finder, request);
    const key = "subject" in found ? keyOf(found.name) : null;
    const isAgain = key !== null && seen.has(key);
    if (key !== null) seen.add(key);
    const wrong = "subject" in found ? (isAgain ? claimedTwice : fault) : found;
    if ("subject" in found && tensor !== null && wrong === null) return [{ item: found, key: keyOf(found.name), tensor }];
    if (key === null || isAgain) {
      if (tally.listed >= mostFlaws) {
        tally.unlisted++;
        return [];
      }
      tally.listed++;
    }
    const place = "subject" in found ? found.name : placeOfRequest(request);
    return [{ ...unjudged({ ...place, ...at }, wrong ?? nothing), key }];
  });
}

/** What people put before or behind a name when they call its gradient: dW, ∂W, grad_W, W_grad, W.grad. */
const ofGradient = /^(?:d|∂|grad_?)|[._]grad$/;

function itemOrFault(finder: ItemFinder, request: ItemRequest): Item | Flaw {
  try {
    return finder.find(request);
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    if (request.kind === "gradient") {
      const bare = { ...request, name: request.name.replace(ofGradient, "") };
      if (bare.name !== request.name && finder.mayHave(bare)) return namedAfter(request.name, bare.name);
    }
    return notInProgram(error);
  }
}

const placeOfRequest = (request: ItemRequest): ItemPlace =>
  request.kind === "edge"
    ? {
        kind: "edge",
        ...(request.from === undefined ? {} : { from: request.from && clipped(request.from) }),
        to: clipped(request.to),
        ...(request.input === undefined ? {} : { input: request.input }),
      }
    : { kind: request.kind, name: clipped(request.name) };

const ranks = { output: 0, node: 1, gradient: 2, edge: 3 };

/** Claimed items in an order of their own: however they are submitted, they are prepared once. */
export const inOrder = (claimed: readonly FoundItem[]): ItemRequest[] =>
  claimed
    .toSorted((a, b) => ranks[a.item.name.kind] - ranks[b.item.name.kind] || (a.key < b.key ? -1 : 1))
    .map(({ item }) => ({ ...item.name, pointer: "" }));

/** Those of the items that a program has: at another point it may be another. */
export const itemsOf = (requests: readonly ItemRequest[], finder: ItemFinder): ItemRequest[] =>
  requests.filter((request) => "subject" in itemOrFault(finder, request));
