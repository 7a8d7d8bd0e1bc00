import { z } from "zod";

// Schemas are used once here: to write and compile a function for each costs more than it saves. It counts for schemas that are made later,
// so this is the first that the command imports.
z.config({ jitless: true });
