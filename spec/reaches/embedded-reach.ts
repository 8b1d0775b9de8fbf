import { open } from "../../lib/index.js";
import { clocked } from "../support/clocked.js";
import type { Reach } from "../support/reach.js";
import { reopeningEngine } from "../support/reopening-engine.js";
import { TemporaryFolder } from "../support/temporary-folder.js";

interface EmbeddedOptions {
  readonly name: string;
  readonly threads: number;
}

/** An engine in this process that keeps nothing. */
export function memoryReach({ name, threads }: EmbeddedOptions): Reach {
  return {
    name,
    async open({ limits, clock } = {}) {
      const engine = await open({ threads, limits, provide: clocked(clock) });
      return { engine, close: () => engine.close() };
    },
  };
}

/** An engine in this process on a folder of its own. */
export function lmdbReach({ name, threads }: EmbeddedOptions): Reach {
  return {
    name,
    async open({ limits, clock } = {}) {
      const folder = new TemporaryFolder();
      const openFolder = () => open(folder.path, { threads, limits, provide: clocked(clock) });
      let engine = await openFolder();
      return {
        engine,
        async reopen() {
          await engine.close();
          engine = await openFolder();
          return engine;
        },
        async close() {
          await engine.close();
          folder.remove();
        },
      };
    },
  };
}

/** The same, closed and opened again behind every write. */
export function reopenedLmdbReach({ name, threads }: EmbeddedOptions): Reach {
  return {
    name,
    async open({ limits, clock } = {}) {
      const folder = new TemporaryFolder();
      const openFolder = () => open(folder.path, { threads, limits, provide: clocked(clock) });
      const engine = reopeningEngine(await openFolder(), openFolder);
      return {
        engine,
        async close() {
          await engine.close();
          folder.remove();
        },
      };
    },
  };
}
