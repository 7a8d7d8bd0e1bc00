import { z } from "zod";
import { count, flag, inferredSize, layer, probability, size, unsupported } from "./arguments.ts";

const mostStacked = 1000;

const shared = {
  input_size: inferredSize("Size of the input's last dimension", 2),
  hidden_size: size("Size of the hidden state", 3),
  num_layers: count(1, "Recurrent layers on top of each other", 2, mostStacked),
  bias: flag(true, "Whether biases are added"),
  batch_first: flag(false, "Whether the batch is the first dimension: [batch, steps, features] in place of [steps, batch, features]"),
  dropout: probability(0, "In training, the share of elements that is dropped between one recurrent layer and the next", 0.2),
  bidirectional: flag(false, "Whether a second pass runs backward over the steps, its outputs beside those of the first"),
};

const handsOn = "It starts from zeros and hands on the output of every step; a Select layer takes one of them.";
const example = { input_size: 2, hidden_size: 3 };

export const RNN = layer(
  "RNN",
  `A recurrent layer: each step combines its input with the hidden state of the step before. ${handsOn}`,
  {
    ...shared,
    nonlinearity: z
      .enum(["tanh", "relu"])
      .default("tanh")
      .meta({ description: "The function that each step applies", examples: ["relu"] }),
  },
  example,
);

export const LSTM = layer(
  "LSTM",
  `Long short-term memory: input, forget, cell and output gates around a cell state. ${handsOn}`,
  { ...shared, proj_size: unsupported(0, "Only 0: the hidden state is not projected") },
  example,
);

export const GRU = layer("GRU", `A gated recurrent unit: reset, update and new gates around the hidden state. ${handsOn}`, shared, example);
