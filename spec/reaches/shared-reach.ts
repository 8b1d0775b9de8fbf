import { open } from "../../lib/index.js";
import { clocked } from "../support/clocked.js";
import type { Reach } from "../support/reach.js";
import { TemporaryFolder } from "../support/temporary-folder.js";

/** An engine that shares its folder with another: it owns the folder, or has joined the owner over its socket. */
export function sharedReach(name: string, role: "owner" | "joiner"): Reach {
  return {
    name,
    async open({ limits, clock } = {}) {
      const folder = new TemporaryFolder();
      const options = { shared: true, threads: 0, limits, provide: clocked(clock) };
      const owner = await open(folder.path, options);
      const joiner = await open(folder.path, options);
      return {
        engine: role === "owner" ? owner : joiner,
        async close() {
          await Promise.all([joiner.close(), owner.close()]);
          folder.remove();
        },
      };
    },
  };
}
