/** Writes the contract to openapi/openapi.json. */
import { writeFileSync } from "node:fs";
import { documentText } from "./document.ts";

writeFileSync(new URL("openapi.json", import.meta.url), await documentText());
