import { readFileSync, writeFileSync } from "node:fs";
import { formulasPage } from "./formulas-page.ts";

// Writes the parts of docs/formulas.md that follow from the catalogue, which a test compares: `npm run formulas`.
const page = new URL("../../../docs/formulas.md", import.meta.url);
writeFileSync(page, formulasPage(readFileSync(page, "utf8")));
