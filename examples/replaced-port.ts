// Each port of an engine can be replaced: here the clock, so that time stands still.
import { open } from "ahnlich";
import { Clock, provide } from "ahnlich/ports";

const stopped = { now: () => Date.UTC(2024, 1, 29) };
await using engine = await open({ provide: [provide(Clock, stopped)] });

const { startedAt } = await engine.info();
console.log(new Date(startedAt).toISOString());
