import type { InjectionToken } from "tsyringe";

/** When checkpoints of vectors are written. */
export interface CheckpointRules {
  /** Of a store's vectors: less is read from its rows in no time. */
  readonly leastBytes: number;
  /** How often it is looked whether one is due. */
  readonly lookMs: number;
  /** So long nothing was written to the store. */
  readonly quietMs: number;
  /** What a pause between two chunks takes, in the background. */
  readonly pauseMs: number;
  /** What closing may take longer, for all stores. */
  readonly closeMs: number;
}

export const CheckpointRules: InjectionToken<CheckpointRules> = Symbol("CheckpointRules");

export const standardRules: CheckpointRules = {
  leastBytes: 4 * 1024 * 1024,
  lookMs: 1_000,
  quietMs: 2_000,
  pauseMs: 4,
  closeMs: 2_000,
};
