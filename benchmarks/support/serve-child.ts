import { listen } from "../../lib/server.js";
import { listenEcho } from "../limits/echo-server.js";
import { childJob, parentGone } from "./child.js";
import type { ServeJob } from "./serving.js";
import { wordsOf } from "./word-set.js";
import { openEngines } from "./word-store.js";

// A process that serves the two engines, as a server apart from its clients does.
const { job, answer } = await childJob();
const { path, stored, vectors } = job as ServeJob;
const engines = await openEngines(wordsOf({ vectors }, stored), path);
const memory = await listen(engines.memory, { port: 0 });
const durable = await listen(engines.durable, { port: 0 });
answer({ memory: memory.url, durable: durable.url, echo: await listenEcho() });
await parentGone();
await engines[Symbol.asyncDispose]();
process.exit();
