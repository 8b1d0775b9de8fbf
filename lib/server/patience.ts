import type { SessionSettings } from "./session-settings.js";

/** How a session is at a moment; times are those of `performance.now`. */
export interface Moment {
  readonly isStranger: boolean;
  /** Since when the peer takes nothing though something waits for it. */
  readonly blockedSince: number | undefined;
  /** Since when a frame is under way. */
  readonly partialSince: number | undefined;
  /** Since when it is only for the peer to say goodbye. */
  readonly leavingSince: number | undefined;
  /** Whether nothing is in flight, either way. */
  readonly isIdle: boolean;
}

/** What has taken too long. */
export type Overdue = "taking" | "greeting" | "frame" | "goodbye" | "use";

/** How long a session waits for its peer. */
export class Patience {
  /** When (`performance.now`) the peer last made use of the session. */
  touched: number = performance.now();
  readonly #settings: SessionSettings;
  readonly #begun: number;

  constructor(settings: SessionSettings, begun: number) {
    this.#settings = settings;
    this.#begun = begun;
  }

  overdueAt(now: number, moment: Moment): Overdue | undefined {
    const { handshakeTimeoutMs, frameTimeoutMs, stallTimeoutMs, lingerMs } = this.#settings;
    const { idleTimeoutMs } = this.#settings;
    const isOver = (since: number | undefined, ms: number): boolean =>
      since !== undefined && now - since >= ms;
    if (isOver(moment.blockedSince, stallTimeoutMs)) return "taking";
    if (moment.isStranger && isOver(this.#begun, handshakeTimeoutMs)) return "greeting";
    if (isOver(moment.partialSince, frameTimeoutMs)) return "frame";
    if (isOver(moment.leavingSince, lingerMs)) return "goodbye";
    const isUnused = moment.isIdle && moment.partialSince === undefined;
    if (idleTimeoutMs > 0 && isUnused && isOver(this.touched, idleTimeoutMs)) return "use";
    return undefined;
  }
}
