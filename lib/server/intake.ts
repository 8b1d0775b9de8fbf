import { FrameMessages } from "../protocol/decode-frame.js";
import { FrameReader } from "../protocol/frame-reader.js";
import type { Message } from "../protocol/message.js";
import { clientTypes } from "../protocol/message-types.js";
import { longWork } from "./long-work.js";
import { strangerFrameBytes } from "./session-settings.js";
import { Turn } from "./turn.js";

/** Who is given the messages of a peer. */
export interface Receiver {
  /** Whether nothing is to be read any more. */
  readonly isDeaf: boolean;
  /** Whether there is room for another request. */
  readonly hasRoom: boolean;
  /** When there is room, or it is deaf. */
  room(): Promise<void>;
  /** A promise where the message takes long: nothing more is to be read before. */
  receive(message: Message): Promise<void> | undefined;
}

/** Makes messages of what comes from a peer, however it is cut, and holds the event loop for a moment at most. */
export class Intake {
  readonly #receiver: Receiver;
  readonly #reader = new FrameReader(strangerFrameBytes);
  #partialSince: number | undefined;

  constructor(receiver: Receiver) {
    this.#receiver = receiver;
  }

  /** The longest frame that is taken. */
  set maxFrameBytes(bytes: number) {
    this.#reader.maxFrameBytes = bytes;
  }

  /** Since when (`performance.now`) a frame is under way. */
  get partialSince(): number | undefined {
    return this.#partialSince;
  }

  /** @throws PROTOCOL_ERROR, LIMIT_EXCEEDED, after which nothing can be read, and what `receive` throws */
  async take(chunk: Uint8Array): Promise<void> {
    const receiver = this.#receiver;
    const bodies = this.#reader.push(chunk);
    if (bodies.length > 0) this.#partialSince = undefined;
    for (const body of bodies) {
      const frame = new FrameMessages(body, clientTypes);
      const turn = body.length > bytesPerTurn ? new Turn() : undefined;
      for (;;) {
        if (turn !== undefined && frame.lookAhead()) await lookThrough(frame);
        const message = frame.next();
        if (message === undefined) break;
        if (!receiver.hasRoom) await receiver.room();
        if (turn?.isOver) await turn.next();
        if (receiver.isDeaf) return;
        const receiving = receiver.receive(message);
        if (receiving !== undefined) await receiving;
      }
    }
    if (this.#reader.partial) this.#partialSince ??= performance.now();
  }
}

function lookThrough(frame: FrameMessages): Promise<void> {
  return longWork(async (turn) => {
    while (!frame.lookOn()) if (turn.isOver) await turn.next();
  });
}

/** What a frame may hold to be read in one turn. */
const bytesPerTurn = 64 * 1024;
