import { type ServerLimits, standardLimits } from "./server-limits.js";

/** The bounds of one session. */
export interface SessionSettings extends ServerLimits {
  /** The longest frame body taken, in bytes. */
  readonly maxFrameBytes: number;
  /** Milliseconds that a peer which was told to go has to say goodbye, once it is answered. */
  readonly lingerMs: number;
}

export const standardSettings: SessionSettings = {
  ...standardLimits,
  maxFrameBytes: 32 * 1024 * 1024,
  lingerMs: 1_000,
};

/** What a frame may hold before its sender has introduced itself. */
export const strangerFrameBytes: number = 16 * 1024;
