import { describe, expect, test } from "vitest";
import { z } from "zod";
import { layers } from "../../../src/program/network/layers.ts";
import { losses } from "../../../src/program/network/losses.ts";
import { NetworkSource, readNetwork } from "../../../src/program/network/source.ts";

const schemas = [...layers, ...losses].map(({ type, schema }) => [type, schema] as const);

interface Contract {
  readonly title?: string;
  readonly description?: string;
  readonly examples?: readonly object[];
  readonly properties: Readonly<Record<string, { readonly description?: string; readonly examples?: readonly unknown[] }>>;
}

test("no type stands for two things", () => {
  expect(new Set(schemas.map(([type]) => type)).size).toBe(schemas.length);
});

describe.each(schemas)("%s", (type, schema) => {
  const contract = z.toJSONSchema(schema, { io: "input" }) as unknown as Contract;
  const [example] = contract.examples ?? [];

  test("says what it is, with an example that is accepted", () => {
    expect(contract.title).toBe(type);
    expect(contract.description).toMatch(/\.$/);
    expect(schema.safeParse(example).success).toBe(true);
  });

  test("every argument is described, with examples that are accepted", () => {
    for (const [name, argument] of Object.entries(contract.properties)) {
      expect(argument.description, name).toBeTruthy();
      expect(argument.examples?.length, name).toBeGreaterThan(0);
      for (const value of argument.examples ?? []) {
        const result = schema.safeParse({ ...example, [name]: value });
        expect(result.success, `${name}: ${JSON.stringify(value)}`).toBe(true);
      }
    }
  });
});

test("the contract of a network lists every layer and loss", () => {
  const { $defs } = z.toJSONSchema(z.array(NetworkSource), { io: "input" }) as unknown as {
    readonly $defs: {
      readonly Network: {
        readonly properties: {
          readonly layers: { readonly items: { readonly oneOf: readonly Contract[] } };
          readonly loss: { readonly oneOf: readonly Contract[] };
        };
      };
    };
  };
  const { layers: items, loss } = $defs.Network.properties;
  const titles = [...items.items.oneOf, ...loss.oneOf].map(({ title }) => title);
  expect(titles).toEqual(schemas.map(([type]) => type));
});

test("reading fills in torch.nn's defaults, and reading again changes nothing", () => {
  const network = readNetwork({
    layers: [
      { type: "Conv2d", out_channels: 2, kernel_size: [3, 1] },
      { type: "LSTM", hidden_size: 4 },
    ],
    loss: { type: "SmoothL1Loss" },
  });
  expect(network).toEqual({
    layers: [
      {
        type: "Conv2d",
        out_channels: 2,
        kernel_size: [3, 1],
        stride: 1,
        padding: 0,
        dilation: 1,
        groups: 1,
        bias: true,
        padding_mode: "zeros",
      },
      {
        type: "LSTM",
        hidden_size: 4,
        num_layers: 1,
        bias: true,
        batch_first: false,
        dropout: 0,
        bidirectional: false,
        proj_size: 0,
      },
    ],
    loss: { type: "SmoothL1Loss", reduction: "mean", beta: 1 },
    training: true,
  });
  expect(readNetwork(network as unknown as NetworkSource)).toEqual(network);
});
