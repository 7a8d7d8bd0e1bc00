import type { Value } from "../../ir/graph.ts";
import type { Attributes, Operator } from "../../ops/define.ts";
import type { Change } from "../backward.ts";
import type { Numbers } from "../compare.ts";
import type { Counts } from "../diagnosis/factors.ts";
import type { Observation } from "../diagnosis/observation.ts";
import type { Language } from "../language.ts";
import type { Consequence, Edge, Ground } from "../mutants/ground.ts";
import type { TapeStep } from "../tape.ts";

/** A mistake that people make when they write a backward pass by hand: all that the service knows of it. */
export interface Mistake<Name extends string = string> {
  /** As answers have it. */
  readonly name: Name;
  /** What it costs to assume, among those that explain the same. */
  readonly cost: number;
  /** The same where it is only what a factor is called, if that is more. */
  readonly costAsFactor?: number;
  /** What a student is told, to act on. */
  readonly sentences: Readonly<Record<Language, (facts: Facts) => string>>;
  /** How it is made in programs. */
  readonly ways?: Ways;
  /** Whether it is what taking a contribution k times is called. */
  readonly isFactor?: (k: number, contribution: Contribution, counts: Counts) => boolean;
  /** How it shows in an item by itself, without knowing how that came about; null where it does not. */
  readonly seen?: (sight: Sight) => Finding | null;
  /** How it shows in several items beside each other. */
  readonly seenAcross?: (observations: readonly Observation[]) => readonly FindingAcross[];
  /** How far an item is from what the mistake predicts, where that is not the ratio of norms. */
  readonly residual?: (observation: Observation, prediction: Numbers) => number;
  /** Whether it is another mistake where it is made with another factor. */
  readonly perFactor?: true;
  /** What it costs where it explains all parameters at once. */
  readonly costForAll?: number;
}

export const defineMistake = <const Name extends string>(mistake: Mistake<Name>): Mistake<Name> => mistake;

/** What the sentences are made with: a place by its name, the edges in words, and a factor where there is one. */
export interface Facts {
  readonly name: string;
  readonly edges: string;
  readonly factor: string;
  /** What the factor counts, as the end of a sentence: ", and 7 is the number of examples"; empty where it counts nothing. */
  readonly counted: string;
  /** How many nodes a value feeds; 1 where one of them uses it several times. */
  readonly fanout: number;
  /** Whether it is values that are wrong, and no gradients. */
  readonly ofValues: boolean;
}

/** What searches are about, in their order: of a program too large for all of them, the last are left out. */
export const topics = ["penalties", "operators", "activations", "paths", "spread operands", "weights", "operands", "labels"] as const;

/** The ways to make a mistake. Those of one topic are looked for step by step together. */
export interface Ways {
  readonly topic: (typeof topics)[number];
  /** The operators that it is made with, where it is one of those. */
  readonly operators?: readonly OperatorMistake[];
  /** Wrong gradients at a step. */
  readonly rules?: (step: TapeStep, ground: Ground) => readonly WrongRule[];
  /** What else may be wrong at a step. */
  readonly mutations?: (step: TapeStep, ground: Ground) => readonly Mutation[];
  /** What may be wrong in a program as a whole. */
  readonly overall?: (ground: Ground) => Iterable<Mutation>;
}

/** A wrong way in which people write an operator or its gradient. Wrong rules stand apart from right ones: none is taken for the other. */
export interface OperatorMistake {
  readonly operator: Operator;
  /** Whether it is looked for where the operator gives this. */
  readonly isMade?: (output: Value) => boolean;
  /** Gradients in place of the rule's, which is at hand; null for an input whose gradient is right. */
  readonly gradients?: (application: Application, rule: (application: Application) => Gradients) => Gradients;
  /** The first output in place of what the operator gives, which is at hand. */
  readonly output?: (inputs: readonly Value[], attributes: Attributes, operator: (inputs: readonly Value[]) => Value) => Value;
}

type Gradients = readonly (Value | null)[];

/** What a rule has to go by. An optional input that is left out is null, which only rules for such operators need to know. */
export interface Application {
  readonly inputs: readonly Value[];
  readonly outputs: readonly Value[];
  /** One cotangent per output. */
  readonly grads: readonly Value[];
  readonly attributes: Attributes;
}

/** A step whose gradients are pulled back in a wrong way. */
export interface WrongRule {
  readonly step: TapeStep;
  /** The input whose gradient goes wrong; null where several do. */
  readonly input: number | null;
  readonly change: Change;
  /** What is spoiled, where it is not the step itself that one would name. */
  readonly name?: string | undefined;
}

/** What a mistake at some place of a program would do to its values and gradients. */
export interface Mutation {
  /** The client's node at which it is made, or the value whose gradient it spoils. */
  readonly name: string;
  readonly edges: readonly Edge[];
  /** The place on the tape (the greatest, of several): what lies further on in the forward pass is not spoiled. */
  readonly place: number;
  /** How many places are changed alike. */
  readonly places: number;
  /** How many nodes the value feeds that is spoiled, where the gradients of some of them are left out. */
  readonly fanout?: number;
  /**
   * fixed: it gives just these numbers. part: these numbers are what is left without some contribution, and the mistake takes that
   * contribution k times. moved: these numbers lie one unit of some unknown amount away from the right ones, along a line.
   */
  readonly family: "fixed" | "part" | "moved";
  /** Of a part: what the contribution is, which decides how a factor is called. */
  readonly contribution?: Contribution;
  /** What is computed in place of the right things; made when it is needed. */
  readonly consequence: () => Consequence;
  /** Whose it is, where not of the mistake that was looked for. */
  readonly mistake?: Mistake;
}

/** A mutation by the mistake that it comes from. */
export interface Mutant extends Mutation {
  readonly mistake: Mistake;
}

/** What a contribution that is taken k times is like. */
export interface Contribution {
  /** Whether others are added to it. */
  readonly hasOthers: boolean;
  /** Whether it comes from a penalty on the parameter. */
  readonly isPenalty: boolean;
  /** How many elements are summed up on the way through the edge, by each way of counting; empty where none are. */
  readonly summed: readonly number[];
  /** The known number that the local derivative is, or null. */
  readonly constant: number | null;
  /** Whether it flows between single numbers. */
  readonly isSingle: boolean;
}

/** An item that is wrong, with what there is to go by. */
export interface Sight {
  readonly observation: Observation;
  readonly counts: Counts;
  /** Parameters with a penalty in the objective. */
  readonly penalised: ReadonlySet<Value>;
  /** Where the item is the right one times some number: which, and what that leaves. */
  readonly multiple: { readonly k: number; readonly residual: number } | null;
}

/** What is left of an item when the mistake is assumed. */
export interface Finding {
  readonly residual: number;
  /** How many times the right item it is. */
  readonly factor?: number;
  /** What it costs to assume here, where that is not as usual. */
  readonly cost?: number;
}

export interface FindingAcross extends Finding {
  readonly name: string;
  /** The observations that are explained, by position. */
  readonly explained: ReadonlySet<number>;
}
