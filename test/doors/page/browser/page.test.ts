/** All flows in one file, so that they share one browser and one service. */
import "./formula.ts";
import "./network.ts";
import "./check.ts";
import "./jobs.ts";
import "./pictures.ts";
import "./shell.ts";
