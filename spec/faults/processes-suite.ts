import { join } from "node:path";
import { randomNumbers } from "../support/random.js";
import { type Blow, SharingTrial } from "../support/sharing-trial.js";
import type { Suite } from "./suite.js";

/**
 * Four processes on one shared folder, which write to it and search it while its owners are killed, closed, stopped,
 * and deposed in turn: no acknowledged write is lost, none is carried out twice, and what is acknowledged is found.
 */
export const processesSuite: Suite = {
  unit: "blows",
  short: 4,
  recorded: 300,
  async run({ size, seed, folder, progress }) {
    const random = randomNumbers(seed);
    const blows = Array.from({ length: size }, () => blowsToDraw[Math.floor(random() * 6)]);
    const path = join(folder, "data");
    const trial = new SharingTrial({ path, blows, writes: 20, onBlow: progress });
    const { wrong, owners, writes, failures } = await trial.run();
    return { problems: wrong, figures: { owners, writes, ...failures } };
  },
};

/** Killed as often as all else together. */
const blowsToDraw: readonly Blow[] = ["kill", "kill", "kill", "close", "pause", "depose"];
