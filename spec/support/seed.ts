import { randomInt } from "node:crypto";
import fc from "fast-check";

/**
 * What all random input of the specs comes from: AHNLICH_SEED where it is set, otherwise a number of its own that is
 * told, so that a failure can be repeated. The processes that mocha starts find it set.
 */
export const seed: number = Number(process.env.AHNLICH_SEED ?? choose());

if (!Number.isSafeInteger(seed)) throw new Error("AHNLICH_SEED: expected a whole number");
fc.configureGlobal({ seed });

function choose(): number {
  const chosen = randomInt(1_000_000);
  process.stderr.write(`AHNLICH_SEED=${chosen}\n`);
  process.env.AHNLICH_SEED = `${chosen}`;
  return chosen;
}
