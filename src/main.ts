import { Stopping } from "./stopping.ts";

// Whoever is asked to stop while all else is being read stops: process 1 of a container, which would not be ended then, must listen for that.
const stopping = new Stopping();
const { start } = await import("./service.ts");
await start(stopping);
