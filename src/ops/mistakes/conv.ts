import type { Value } from "../../ir/graph.ts";
import { pullBackConv } from "../network/conv-rule.ts";
