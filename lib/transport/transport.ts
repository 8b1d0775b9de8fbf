/**
 * One byte stream between two ends: chunks come in, in order, as its iteration; where they are cut
 * means nothing. The iteration ends when the peer has closed or is lost, or this end has closed; it
 * never throws. It is read by one reader at a time, and one that stops leaves the rest to the next.
 */
export interface Transport extends AsyncIterable<Uint8Array> {
  /**
   * Sends in order. A promise where the peer is slower than we are: wait for it before sending
   * more; it never rejects. The chunks must not be changed any more. What is sent after an end has
   * closed is dropped: `closed` tells.
   */
  send(chunks: readonly Uint8Array[]): Promise<void> | undefined;
  /** Sends what is under way, then closes; idempotent. */
  close(): Promise<void>;
  /** Settles when both directions are closed, with the reason where it was no orderly close; never rejects. */
  readonly closed: Promise<Error | undefined>;
  /** Who is at the other end, for people. */
  readonly peer: string;
  /** Whether nobody but the two ends can read what passes: within one machine, inside TLS. Absent: perhaps not. */
  readonly confidential?: boolean;
  /** The name in the peer's certificate, where the peer has proved that it is signed by whom we trust. */
  readonly certified?: string | undefined;
  /** When (`performance.now`) the peer began to connect; absent: when we got it. */
  readonly begun?: number;
  /** Bytes that the transport has taken from and given to the peer so far. */
  readonly bytesIn: number;
  readonly bytesOut: number;
}

/** A source of transports: its iteration gives each that a peer opens, and ends when it is closed. */
export interface Listener extends AsyncIterable<Transport> {
  /** What `connect()` takes to reach it. */
  readonly url: string;
  /** Reads again what it was made with, its certificates; @throws INVALID_ARGUMENT, after which all is as before */
  readonly reload?: (() => Promise<void>) | undefined;
  /** Takes no more; transports it has given stay open. Idempotent. */
  close(): Promise<void>;
}
