import { flag, inferredSize, layer, size } from "./arguments.ts";

export const Linear = layer(
  "Linear",
  "A linear map of the last dimension plus a bias: x Wᵀ + b.",
  {
    in_features: inferredSize("Size of the input's last dimension", 3),
    out_features: size("Size of the output's last dimension", 4),
    bias: flag(true, "Whether a bias is added"),
  },
  { in_features: 3, out_features: 4 },
);
