import { writeFileSync } from "node:fs";
import { conventionsPage } from "./conventions-page.ts";

// npm run conventions

writeFileSync(new URL("../../docs/conventions.md", import.meta.url), conventionsPage());
