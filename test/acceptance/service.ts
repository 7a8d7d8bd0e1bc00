import { afterAll, beforeAll, expect } from "vitest";
import { type Service, startService } from "../support/service.ts";

export interface Answer {
  readonly outputs: Readonly<Record<string, unknown>>;
  readonly gradients: Readonly<Record<string, unknown>>;
  readonly nodes: readonly { readonly name: string; readonly op?: string; readonly value: unknown; readonly gradient: unknown }[];
  readonly edges: readonly {
    readonly from: string | null;
    readonly to: string;
    readonly input: number;
    readonly value: unknown;
    readonly local?: unknown;
    readonly gradient: unknown;
  }[];
}

let service: Service;
beforeAll(async () => {
  service = await startService();
});
afterAll(() => service[Symbol.asyncDispose]());

const post = async (path: string, body: object): Promise<Answer> => {
  const { status, json } = await service.post(path, body);
  expect(json).not.toHaveProperty("code");
  expect(status).toBe(200);
  return json as Answer;
};

export const gradients = (body: object): Promise<Answer> => post("/v1/gradients", body);
export const evaluate = (body: object): Promise<Answer> => post("/v1/evaluate", body);

/** The same structure, and every number within the relative tolerance: 1e-12 unless the source gives fewer digits. */
export function close(actual: unknown, expected: unknown, tolerance = 1e-12): void {
  const wrong = differenceAt(actual, expected, tolerance, "");
  if (wrong !== null) expect.fail(wrong);
}

function differenceAt(actual: unknown, expected: unknown, tolerance: number, path: string): string | null {
  if (typeof expected === "number") {
    const near = typeof actual === "number" && Math.abs(actual - expected) <= tolerance * Math.max(Math.abs(expected), Number.MIN_VALUE);
    return near ? null : `${path || "the number"} is ${JSON.stringify(actual)} instead of ${expected}`;
  }
  if (typeof expected !== "object" || expected === null || typeof actual !== "object" || actual === null)
    return `${path} is ${JSON.stringify(actual)}`;
  const keys = Object.keys(expected);
  if (Object.keys(actual).toSorted().join() !== keys.toSorted().join())
    return `${path} has ${Object.keys(actual).join()} instead of ${keys.join()}`;
  for (const key of keys) {
    const wrong = differenceAt(
      (actual as Record<string, unknown>)[key],
      (expected as Record<string, unknown>)[key],
      tolerance,
      `${path}/${key}`,
    );
    if (wrong !== null) return wrong;
  }
  return null;
}
