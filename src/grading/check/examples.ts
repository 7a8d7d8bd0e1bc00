/** Requests to /v1/check and the answers that the service gives to them, for the contract. A test asks the service. */
export const checkExamples = Object.freeze({
  differences: {
    summary: "The gradients of a formula, by central differences as torch.autograd.gradcheck takes them",
    request: { expression: "z = (x + y)^2", inputs: { x: 1, y: 2 } },
    answer: {
      passed: true,
      objective: "z",
      central_difference: {
        passed: true,
        step: 0.000001,
        gradients: {
          x: {
            passed: true,
            entries_total: 1,
            checked: 1,
            failed: 0,
            kinks: 0,
            unproven: 0,
            worst: {
              index: [],
              analytic: 6,
              numerical: 6.000000000838668,
              absolute_error: 8.386678018723615e-10,
              relative_error: 1.3977796695918903e-10,
              verdict: "passed",
            },
            entries: [
              {
                index: [],
                analytic: 6,
                numerical: 6.000000000838668,
                absolute_error: 8.386678018723615e-10,
                relative_error: 1.3977796695918903e-10,
                verdict: "passed",
              },
            ],
          },
          y: {
            passed: true,
            entries_total: 1,
            checked: 1,
            failed: 0,
            kinks: 0,
            unproven: 0,
            worst: {
              index: [],
              analytic: 6,
              numerical: 6.000000000838668,
              absolute_error: 8.386678018723615e-10,
              relative_error: 1.3977796695918903e-10,
              verdict: "passed",
            },
            entries: [
              {
                index: [],
                analytic: 6,
                numerical: 6.000000000838668,
                absolute_error: 8.386678018723615e-10,
                relative_error: 1.3977796695918903e-10,
                verdict: "passed",
              },
            ],
          },
        },
      },
      warnings: [],
    },
  },
  claimed: {
    summary: "Gradients that somebody claims, by a step off the real axis",
    request: { expression: "e = (a+b)*(b+1)", inputs: { a: 2, b: 1 }, gradients: { a: 2, b: 3 }, methods: ["complex_step"] },
    answer: {
      passed: false,
      objective: "e",
      complex_step: {
        passed: false,
        step: 1e-20,
        gradients: {
          a: {
            passed: true,
            entries_total: 1,
            checked: 1,
            failed: 0,
            kinks: 0,
            unproven: 0,
            worst: { index: [], analytic: 2, numerical: 2, absolute_error: 0, relative_error: 0, verdict: "passed" },
            entries: [{ index: [], analytic: 2, numerical: 2, absolute_error: 0, relative_error: 0, verdict: "passed" }],
          },
          b: {
            passed: false,
            entries_total: 1,
            checked: 1,
            failed: 1,
            kinks: 0,
            unproven: 0,
            worst: { index: [], analytic: 3, numerical: 5, absolute_error: 2, relative_error: 0.4, verdict: "failed" },
            entries: [{ index: [], analytic: 3, numerical: 5, absolute_error: 2, relative_error: 0.4, verdict: "failed" }],
          },
        },
      },
      warnings: [],
    },
  },
  kink: {
    summary: "A point on a kink",
    request: { expression: "y = relu(x)", inputs: { x: 0 } },
    answer: {
      passed: true,
      objective: "y",
      central_difference: {
        passed: true,
        step: 0.000001,
        gradients: {
          x: {
            passed: true,
            entries_total: 1,
            checked: 0,
            failed: 0,
            kinks: 1,
            unproven: 0,
            worst: null,
            entries: [{ index: [], analytic: 0, numerical: 0.5, absolute_error: 0.5, relative_error: 1, verdict: "kink", kink: "y" }],
          },
        },
      },
      warnings: [
        {
          code: "nothing_compared",
          name: "x",
          message:
            "Every entry of x that was looked at lies at a kink, so nothing was compared: check at other inputs, or with a smaller step",
        },
      ],
    },
  },
  order: {
    summary: "Reverse mode against forward mode, and the order of the Taylor remainder, at inputs that are drawn",
    request: { expression: "y = sum(x^2)", generate: { x: { shape: [2] } }, methods: ["dot_product", "taylor_remainder"], directions: 1 },
    answer: {
      passed: true,
      objective: "y",
      inputs: { x: [0.9705366859677995, -0.4118677239402533] },
      dot_product: {
        passed: true,
        directions: [
          { analytic: 0.23951067838828724, numerical: 0.23951067838828724, absolute_error: 0, relative_error: 0, verdict: "passed" },
        ],
      },
      taylor_remainder: {
        passed: true,
        directions: [
          {
            verdict: "passed",
            order: 1.9997721942249063,
            steps: [
              0.0625, 0.015625, 0.00390625, 0.0009765625, 0.000244140625, 0.00006103515625, 0.0000152587890625, 0.000003814697265625,
              9.5367431640625e-7,
            ],
            remainders: [
              0.003906249999999979, 0.00024414062500016133, 0.000015258789062484821, 9.536743165689887e-7, 5.960464498260877e-8,
              3.7252902392441467e-9, 2.3283062884942778e-10, 1.455196703840762e-11, 9.097852100392766e-13,
            ],
          },
        ],
      },
      warnings: [],
    },
  },
});
