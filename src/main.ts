import { Shutdown } from "./shutdown.ts";

// Whoever is asked to stop while all else is being read stops: process 1 of a container, which would not be ended then, must listen for that.
const shutdown = new Shutdown();
const { start } = await import("./service.ts");
await start(shutdown);
