import type { EmbeddedEngine, Query } from "../../lib/index.js";
import type { Breakage } from "./breakages.js";

/** An engine that is broken on purpose, as a server's clients see it. */
export function brokenServed(breakage: Breakage, engine: EmbeddedEngine): EmbeddedEngine {
  const kept: unknown[] = [];
  return new Proxy(engine, {
    get: (_, name) => {
      const value: unknown = Reflect.get(engine, name, engine);
      if (typeof value !== "function") return value;
      if (name !== "execute") return value.bind(engine);
      return (query: Query, ...rest: unknown[]): unknown => {
        if (breakage === "retaining") kept.push(new Uint8Array(256 * 1_024).fill(1));
        if (breakage === "hanging" && query.kind === "count") holdOn();
        return value.call(engine, query, ...rest);
      };
    },
  });
}

/** Keeps the event loop for longer than anybody may. */
function holdOn(): void {
  const end = performance.now() + 400;
  while (performance.now() < end);
}
