import { describe, expect, test } from "vitest";
import type { Verdict } from "../../../src/grading/grade/response.ts";
import { Random } from "../../support/random.ts";
import { everyNumber, summedBackwards } from "../students/matrix.ts";
import { grade, probe } from "../answers.ts";
import { batchNorm } from "../students/batch-norm.ts";
import { convolution, tied } from "../students/convolution.ts";
import { recurrent } from "../students/recurrent.ts";
import type { Planted, Student, Work } from "../students/student.ts";
import { twoLayers } from "../students/two-layers.ts";
import { twoPaths } from "../students/two-paths.ts";

/** Students who write their own code make the known mistakes; the service sees nothing but their numbers. */
const students: readonly Student[] = [
  twoLayers("tanh"),
  twoLayers("sigmoid"),
  twoLayers("relu"),
  batchNorm,
  convolution,
  recurrent,
  twoPaths,
] as readonly Student[];

const inputsFor = ({ request, probe: wanted }: Student, seed: number) => probe({ ...request, ...wanted, seed });

/** Of a student's work only the gradients of inputs and parameters. */
const brief = ({ parameters }: Student, { gradients }: Work): object => ({
  gradients: Object.fromEntries(parameters.map((name) => [name, gradients[name]])),
});

const isNamedFirst = ({ diagnosis: [first] }: Verdict, { mistake, places }: Planted): boolean =>
  first !== undefined && first.mistake === mistake && [first.name, ...first.also].some((name) => places.includes(name));

const inWords = ({ diagnosis }: Verdict): string => diagnosis.map(({ mistake, name }) => `${mistake} at ${name}`).join(", ") || "nothing";

const seeds = [0, 1];
const neededShare = 0.95;
/** Of many mistakes not every pair is tried. */
const mostPairs = 50;

describe.each(students.map((student) => [student.title, student] as const))("%s", (_, student) => {
  test.each([
    ["with values and gradients in between", (work: Work): object => work],
    ["from the parameters' gradients alone", (work: Work): object => brief(student, work)],
  ])("planted mistakes are named first, at the right place, %s", (_name, handedIn) => {
    const missed: string[] = [];
    let planted = 0;
    for (const seed of seeds) {
      const { inputs } = inputsFor(student, seed);
      const right = JSON.stringify(handedIn(student.work(inputs)));
      for (const mistake of student.planted) {
        const submission = handedIn(student.work(inputs, [mistake.slip]));
        // Some mistakes spoil nothing of what is handed in.
        if (JSON.stringify(submission) === right) continue;
        planted++;
        const verdict = grade({ ...student.request, inputs, submission });
        if (!isNamedFirst(verdict, mistake)) missed.push(`${mistake.slip}: ${inWords(verdict)}`);
      }
    }
    expect(planted).toBeGreaterThan(10);
    expect(missed.length, missed.join("; ")).toBeLessThanOrEqual((1 - neededShare) * planted);
  });

  test("of two mistakes at once at least one is named", () => {
    const { inputs } = inputsFor(student, 0);
    const works = student.planted.map(({ slip }) => JSON.stringify(student.work(inputs, [slip])));
    const missed: string[] = [];
    let tried = 0;
    let pairs = 0;
    const stride = Math.max(4, Math.ceil(student.planted.length ** 2 / 2 / mostPairs));
    student.planted.forEach((one, at) => {
      student.planted.slice(at + 1).forEach((two, offset) => {
        const both = student.work(inputs, [one.slip, two.slip]);
        const text = JSON.stringify(both);
        // One may hide the other.
        if (text === works[at] || text === works[at + 1 + offset] || pairs++ % stride !== 0) return;
        tried++;
        const { diagnosis } = grade({ ...student.request, inputs, submission: both });
        if (!diagnosis.some(({ mistake }) => mistake === one.mistake || mistake === two.mistake))
          missed.push(`${one.slip} and ${two.slip}`);
      });
    });
    expect(tried).toBeGreaterThan(2);
    expect(missed.length, missed.join("; ")).toBeLessThanOrEqual(Math.max(1, 0.1 * tried));
  });
});

describe("what is right is not accused", () => {
  const noisy = "with rounding noise";
  /** Students whose numbers are right up to rounding, however they came by them. */
  const roundings: readonly (readonly [
    string,
    (student: Student, inputs: Readonly<Record<string, unknown>>, random: Random) => unknown,
  ])[] = [
    ["in double precision", (student, inputs) => student.work(inputs)],
    ["in single precision", (student, inputs) => everyNumber(student.work(inputs), Math.fround)],
    ["summed in another order", (student, inputs) => summedBackwards(() => student.work(inputs))],
    [noisy, (student, inputs, random) => everyNumber(student.work(inputs), (x) => x * (1 + random.uniform(-4e-7, 4e-7)))],
    ["written with seven digits", (student, inputs) => everyNumber(student.work(inputs), (x) => Number(x.toPrecision(7)))],
  ];
  const rounds = 10;
  /** Noise is new each time. */
  const noises = 11;

  test(`in ${rounds * (roundings.length - 1 + noises) * students.length} submissions`, () => {
    const accused: string[] = [];
    const random = new Random(5);
    let submissions = 0;
    for (const student of students) {
      for (let seed = 0; seed < rounds; seed++) {
        const { inputs } = inputsFor(student, seed);
        for (const [how, hand] of roundings.flatMap((rounding) =>
          rounding[0] === noisy ? Array.from({ length: noises }, () => rounding) : [rounding],
        )) {
          submissions++;
          const { passed, diagnosis } = grade({ ...student.request, inputs, submission: hand(student, inputs, random) });
          if (!passed || diagnosis.length > 0) accused.push(`${student.title}, seed ${seed}, ${how}`);
        }
      }
    }
    expect(submissions).toBeGreaterThan(1000);
    expect(accused).toEqual([]);
  });

  test("not even by a tolerance that rounding exceeds", () => {
    for (const student of students) {
      const { inputs } = inputsFor(student, 1);
      const submission = everyNumber(student.work(inputs), (x) => Math.fround(x * (1 + 3e-7)));
      const { passed, diagnosis } = grade({ ...student.request, inputs, submission, preset: "cs231n" });
      expect({ passed, diagnosis }, student.title).toEqual({ passed: false, diagnosis: [] });
    }
  });

  test("and noise is no mistake", () => {
    const random = new Random(7);
    for (const student of [twoLayers("tanh"), batchNorm] as readonly Student[]) {
      const { inputs } = inputsFor(student, 2);
      const submission = everyNumber(brief(student, student.work(inputs)), () => random.uniform(-1, 1));
      const { diagnosis, unexplained } = grade({ ...student.request, inputs, submission });
      expect(diagnosis, student.title).toEqual([]);
      expect(unexplained?.length).toBe(student.parameters.length);
    }
  });
});

describe("what shows at certain inputs only", () => {
  test("a pool that gives all ties the gradient", () => {
    const student = convolution as Student;
    const { inputs } = probe({ ...student.request, ...student.probe, ties: true, seed: 3 });
    const right = grade({ ...student.request, inputs, submission: student.work(inputs) });
    expect(right.passed).toBe(true);
    expect(isNamedFirst(grade({ ...student.request, inputs, submission: student.work(inputs, [tied.slip]) }), tied)).toBe(true);
    const elsewhere = inputsFor(student, 3);
    expect(elsewhere.away_from_kinks).toBe(true);
    expect(brief(student, student.work(elsewhere.inputs, [tied.slip]))).toEqual(brief(student, student.work(elsewhere.inputs)));
  });

  test("a softmax that overflows", () => {
    const student = twoLayers("relu") as Student;
    const { inputs } = inputsFor(student, 0);
    const large = { ...inputs, b2: [900, -900, 20] };
    // The program's own softmax is followed by a logarithm of 0, so another form of the same loss is graded.
    const request = {
      expression:
        "z1 = x @ W1 + b1; h = relu(z1); z2 = h @ W2 + b2; q = log_softmax(z2, axis=1); data = -mean(sum(y * q, axis=1)); loss = data + 0.1 * (sum(W1^2) + sum(W2^2))",
      inputs: large,
    };
    const submission = everyNumber(brief(student, student.work(large, ["overflow"])), (x) => (Number.isFinite(x) ? x : String(x)));
    const verdict = grade({ ...request, submission });
    expect(verdict.diagnosis[0]).toMatchObject({ mistake: "nan_from_overflow", name: "q" });
    expect(verdict.items.find(({ name }) => name === "W1")).toMatchObject({ verdict: "not_finite", passed: false });
  });
});

describe("what is said of a gradient that is some multiple of the right one", () => {
  const inputs = {
    X: [1, 0, 3, 2, 1, 0.5, -1].map((x, row) => [x, row % 2]),
    W: [
      [0.5, -0.25, 1],
      [0.75, 0.5, -1],
    ],
    b: [0.1, 0, 0.2],
    y: { shape: [7], dtype: "int64", data: [0, 1, 2, 1, 0, 2, 1] },
  };
  const request = { expression: "loss = -mean(gather_elements(log_softmax(X @ W + b, axis=1), unsqueeze(y, [1])))", inputs };
  const right = grade({ ...request, submission: { gradients: { W: everyNumber(inputs.W, () => 0), b: [0, 0, 0] } } }).items.map(
    ({ expected }) => expected,
  );

  test.each<[kW: number, kb: number, mistake: string, said: string[]]>([
    [7, 7, "missing_batch_mean", ["mean(gather_elements(log_softmax(X @ W + b, axis=1), unsquee…"]],
    [7, 1, "missing_batch_mean", ["at W is 7 times", "7 is the number of examples"]],
    [1, 7, "missing_batch_mean", ["at b is 7 times", "7 is the number of examples"]],
    [1 / 7, 1 / 7, "batch_mean_twice", ["is 1/7 times", "7 is the number of examples"]],
    [1 / 3, 1 / 3, "scale_factor", ["is 1/3 times", "3 is the number of classes"]],
    [1 / 21, 1 / 21, "scale_factor", ["is 1/21 times", "21 is the number of examples times that of classes"]],
    [-2, -2, "wrong_sign", ["wrong sign from X @ W + b on", "its size is 2 times"]],
    [-1, -1, "wrong_sign", ["wrong sign from X @ W + b on"]],
    [-0.9995, -0.9995, "wrong_sign", ["wrong sign from X @ W + b on"]],
    [1e6, 1e6, "scale_factor", ["is 1000000 times"]],
    [5, 5, "accumulated_gradient", ["of W, b was accumulated 5 times"]],
    [0, 0, "zero_gradient", ["No gradient arrives at W, b"]],
    [0, 1, "zero_gradient", ["No gradient arrives at W:"]],
  ])("W %d times, b %d times: %s", (kW, kb, mistake, said) => {
    const gradients = { W: everyNumber(right[0], (x) => kW * x), b: everyNumber(right[1], (x) => kb * x) };
    const [first] = grade({ ...request, submission: { gradients } }).diagnosis;
    expect(first.mistake).toBe(mistake);
    for (const part of said) expect(first.message).toContain(part);
    expect(first.message).not.toMatch(/(add|matmul|reduce_mean|mat_mul|neg)_\d|is {2}times|Besides, its size is (1|0\.99\d*) /);
  });
});

test("causes speak of what was written where there is no name, and of names where there are", () => {
  const said = (expression: string, x: unknown): string =>
    grade({ expression, inputs: { x: [1, 2] }, submission: { gradients: { x } } }).diagnosis[0]?.message ?? "";
  expect(said("y = sum(x * x)", [1, 2])).toContain("x → x * x [0] is missing");
  expect(said("y = sum((x + 1)^2 + sin(x))", [4, 6])).toContain("x → sin(x) is missing");
  expect(said("h = sin(x); y = sum((x + 1)^2 + h)", [4, 6])).toContain("x → h is missing");
  expect(said("f(t) = t^2; y = sum(f(x) + sin(x))", [2, 4])).toContain("x → sin(x) is missing");
  expect(said("h = tanh(x); y = sum(exp(h))", [Math.exp(Math.tanh(1)), Math.exp(Math.tanh(2))])).toContain("derivative of h is left out");
  expect(said("y = sum(exp(tanh(x)))", [Math.exp(Math.tanh(1)), Math.exp(Math.tanh(2))])).toContain("derivative of tanh(x) is left out");
});
