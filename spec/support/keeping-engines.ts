import assert from "node:assert/strict";
import { CheckpointRules } from "../../lib/engine/checkpoint-rules.js";
import { type EmbeddedEngine, open } from "../../lib/index.js";
import { Clock, Logger, provide, VectorIndexes } from "../../lib/ports.js";
import { naiveDistance } from "./naive-search.js";

/** Checkpoints whenever there is a reason, however small a store is. */
export const eager: CheckpointRules = {
  ...{ leastBytes: 0, lookMs: 1, quietMs: 0, busyMs: 0, pauseMs: 0, closeMs: 60_000 },
};
/** None in the background. */
export const atClose: CheckpointRules = { ...eager, lookMs: 2 ** 30 };
export const never: CheckpointRules = { ...atClose, leastBytes: Number.MAX_SAFE_INTEGER };

/** What is logged when vectors were read from a checkpoint. */
export const used = "vectors were read from a checkpoint";

/** The vectors of a store by id. */
export type VectorModel = Map<string, readonly number[]>;

interface KeepingOptions {
  readonly rules?: CheckpointRules;
  readonly readOnly?: boolean;
  readonly indexes?: VectorIndexes;
}

/** Opens folders by a clock that stands still unless it is moved, and keeps what they log. */
export class KeepingEngines {
  logged: string[] = [];
  now: number = Date.now();

  open(
    path: string,
    { rules = atClose, readOnly = false, indexes }: KeepingOptions = {},
  ): Promise<EmbeddedEngine> {
    const note = (_: object, sentence: string) => void this.logged.push(sentence);
    return open(path, {
      ...{ threads: 0, readOnly },
      provide: [
        provide(CheckpointRules, rules),
        provide(Logger, { info: note, warn: note, error: note }),
        provide(Clock, { now: () => this.now }),
        ...(indexes === undefined ? [] : [provide(VectorIndexes, indexes)]),
      ],
    });
  }
}

/** What a search finds, and what is in memory and in files, is the model. */
export async function checkVectors(
  engine: EmbeddedEngine,
  model: VectorModel,
  name = "s",
): Promise<void> {
  const target = Float32Array.of(3, 1, 4);
  const matches = await engine.store(name).search(target, { limit: 10_000, recall: 1 });
  const expected = [...model].map(([id, vector]) => {
    return { id, distance: naiveDistance("euclidean", target, Float32Array.from(vector)) };
  });
  expected.sort((a, b) => a.distance - b.distance || (a.id < b.id ? -1 : 1));
  assert.deepEqual(
    matches.map(({ id }) => id),
    expected.map(({ id }) => id),
  );
  assert.deepEqual((await engine.verify()).problems, []);
}

/** What a process that is no more leaves behind, but its socket. */
export function isLeftBehind(path: string): boolean {
  return !path.includes("owner-");
}
