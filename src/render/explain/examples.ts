import { exchanges } from "../../compute/examples.ts";

export const explainExamples = exchanges({
  formula: {
    summary: "A power, explained",
    request: { expression: "y = x^2", inputs: { x: 3 } },
    answer: {
      language: "en",
      title: "The gradient of y, step by step",
      objective: "y",
      summary:
        "y is computed from x in 1 step; here y = 9. The way back begins at y: each node multiplies what arrives by its local derivative, and hands the product on. In the end ∂y/∂x = 6.",
      forward: [
        {
          id: "forward/y",
          kind: "forward",
          node: "y",
          symbol: "y",
          op: "Pow",
          sentence: "Compute y = x² = 3² = 9.",
          formula: {
            latex: "y = x^{2} = 3^{2} = 9",
            text: "y = x² = 3² = 9",
            mathml:
              '<math xmlns="http://www.w3.org/1998/Math/MathML"><semantics><mrow><mi>y</mi><mo>=</mo><msup><mi>x</mi><mn>2</mn></msup><mo>=</mo><msup><mn>3</mn><mn>2</mn></msup><mo>=</mo><mn>9</mn></mrow><annotation encoding="application/x-tex">y = x^{2} = 3^{2} = 9</annotation></semantics></math>',
          },
          value: 9,
          shape: [],
        },
      ],
      backward: [
        {
          id: "seed/y",
          kind: "seed",
          node: "y",
          symbol: "y",
          sentence: "The way back begins at y. Its derivative by itself is 1: ∂y/∂y = 1.",
          formula: {
            latex: "\\frac{\\partial y}{\\partial y} = 1",
            text: "∂y/∂y = 1",
            mathml:
              '<math xmlns="http://www.w3.org/1998/Math/MathML"><semantics><mrow><mfrac><mrow><mi mathvariant="normal">∂</mi><mi>y</mi></mrow><mrow><mi mathvariant="normal">∂</mi><mi>y</mi></mrow></mfrac><mo>=</mo><mn>1</mn></mrow><annotation encoding="application/x-tex">\\frac{\\partial y}{\\partial y} = 1</annotation></semantics></math>',
          },
          value: 1,
          shape: [],
        },
        {
          id: "backward/y",
          kind: "backward",
          node: "y",
          symbol: "y",
          op: "Pow",
          sentence:
            "Go back through y = x². What arrives from above is ∂y/∂y = 1. Its operand gets that times its local derivative. To x: 1 times the local derivative ∂y/∂x = 2·x = 2·3 = 6 makes ∂y/∂x = 6.",
          formula: {
            latex: "\\frac{\\partial y}{\\partial x} = 1 \\cdot 6 = 6",
            text: "∂y/∂x = 1·6 = 6",
            mathml:
              '<math xmlns="http://www.w3.org/1998/Math/MathML"><semantics><mrow><mfrac><mrow><mi mathvariant="normal">∂</mi><mi>y</mi></mrow><mrow><mi mathvariant="normal">∂</mi><mi>x</mi></mrow></mfrac><mo>=</mo><mn>1</mn><mo>⋅</mo><mn>6</mn><mo>=</mo><mn>6</mn></mrow><annotation encoding="application/x-tex">\\frac{\\partial y}{\\partial x} = 1 \\cdot 6 = 6</annotation></semantics></math>',
          },
          value: 1,
          shape: [],
          edges: [
            {
              from: "x",
              input: 0,
              incoming: 1,
              local: {
                formula: {
                  latex: "\\frac{\\partial y}{\\partial x} = 2 x = 2 \\cdot 3 = 6",
                  text: "∂y/∂x = 2·x = 2·3 = 6",
                  mathml:
                    '<math xmlns="http://www.w3.org/1998/Math/MathML"><semantics><mrow><mfrac><mrow><mi mathvariant="normal">∂</mi><mi>y</mi></mrow><mrow><mi mathvariant="normal">∂</mi><mi>x</mi></mrow></mfrac><mo>=</mo><mn>2</mn><mi>x</mi><mo>=</mo><mn>2</mn><mo>⋅</mo><mn>3</mn><mo>=</mo><mn>6</mn></mrow><annotation encoding="application/x-tex">\\frac{\\partial y}{\\partial x} = 2 x = 2 \\cdot 3 = 6</annotation></semantics></math>',
                },
                value: 6,
              },
              gradient: 6,
              shape: [],
              formula: {
                latex: "\\frac{\\partial y}{\\partial x} = 1 \\cdot 6 = 6",
                text: "∂y/∂x = 1·6 = 6",
                mathml:
                  '<math xmlns="http://www.w3.org/1998/Math/MathML"><semantics><mrow><mfrac><mrow><mi mathvariant="normal">∂</mi><mi>y</mi></mrow><mrow><mi mathvariant="normal">∂</mi><mi>x</mi></mrow></mfrac><mo>=</mo><mn>1</mn><mo>⋅</mo><mn>6</mn><mo>=</mo><mn>6</mn></mrow><annotation encoding="application/x-tex">\\frac{\\partial y}{\\partial x} = 1 \\cdot 6 = 6</annotation></semantics></math>',
              },
              sentence: "To x: 1 times the local derivative ∂y/∂x = 2·x = 2·3 = 6 makes ∂y/∂x = 6.",
            },
          ],
        },
      ],
      gradients: [
        {
          name: "x",
          value: 3,
          gradient: 6,
          shape: [],
          chain: {
            latex: "\\frac{\\partial y}{\\partial x}",
            text: "∂y/∂x",
            mathml:
              '<math xmlns="http://www.w3.org/1998/Math/MathML"><semantics><mrow><mfrac><mrow><mi mathvariant="normal">∂</mi><mi>y</mi></mrow><mrow><mi mathvariant="normal">∂</mi><mi>x</mi></mrow></mfrac></mrow><annotation encoding="application/x-tex">\\frac{\\partial y}{\\partial x}</annotation></semantics></math>',
          },
          substituted: {
            latex: "2 x",
            text: "2·x",
            mathml:
              '<math xmlns="http://www.w3.org/1998/Math/MathML"><semantics><mrow><mn>2</mn><mi>x</mi></mrow><annotation encoding="application/x-tex">2 x</annotation></semantics></math>',
          },
          simplified: {
            latex: "2 x",
            text: "2·x",
            mathml:
              '<math xmlns="http://www.w3.org/1998/Math/MathML"><semantics><mrow><mn>2</mn><mi>x</mi></mrow><annotation encoding="application/x-tex">2 x</annotation></semantics></math>',
          },
          sentence: "By the chain rule ∂y/∂x = 2·x = 6. When x grows by a little, y grows about 6 times as much.",
          steps: ["backward/y"],
        },
      ],
      recognised: [],
      notes: [],
    },
  },
});
