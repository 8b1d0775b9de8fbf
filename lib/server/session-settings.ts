/** The bounds of one session. */
export interface SessionSettings {
  /** The longest frame body taken, in bytes. */
  readonly maxFrameBytes: number;
  /** Requests at once; reading waits beyond it. */
  readonly inFlightMax: number;
  /** Requests that wait for changes, beside them; more are refused. */
  readonly waitingMax: number;
  /** Bytes of answers that the peer has not taken yet; reading waits beyond it. */
  readonly queuedBytesMax: number;
  /** Milliseconds from the first byte to `accept`. */
  readonly handshakeTimeoutMs: number;
  /** Milliseconds from the first byte of a frame to its last. */
  readonly frameTimeoutMs: number;
  /** Milliseconds that answers may wait while the peer takes nothing. */
  readonly stallTimeoutMs: number;
  /** Milliseconds that a peer which was told to go has to say goodbye, once it is answered. */
  readonly lingerMs: number;
}

export const standardSettings: SessionSettings = {
  maxFrameBytes: 32 * 1024 * 1024,
  inFlightMax: 256,
  waitingMax: 1_024,
  queuedBytesMax: 4 * 1024 * 1024,
  handshakeTimeoutMs: 5_000,
  frameTimeoutMs: 30_000,
  stallTimeoutMs: 10_000,
  lingerMs: 1_000,
};

/** What a frame may hold before its sender has introduced itself. */
export const strangerFrameBytes: number = 16 * 1024;
