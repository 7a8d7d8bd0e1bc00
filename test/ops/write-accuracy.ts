import { writeFileSync } from "node:fs";
import { accuracyPage } from "./accuracy-page.ts";
import { accuracyCases, measure } from "./accuracy.ts";

// Writes docs/accuracy.md, which a test compares: `npm run accuracy`.
const measured = accuracyCases().map((given) => ({ given, found: measure(given) }));
writeFileSync(new URL("../../docs/accuracy.md", import.meta.url), accuracyPage(measured));
