/** All flows in one file, so that they share one browser and one service. */
import { vi } from "vitest";
import "./formula.ts";
import "./network.ts";
import "./check.ts";
import "./jobs.ts";
import "./pictures.ts";
import "./shell.ts";

vi.setConfig({ testTimeout: 90_000, hookTimeout: 90_000 });
