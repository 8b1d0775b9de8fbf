import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { emptyFrame, FrameCounter } from "./frames.js";

/** The bytes of a request and of its answer, with their framing. */
export interface FrameSizes {
  readonly request: number;
  readonly answer: number;
}

/** How requests are sent. */
export interface EchoStyle {
  /** Requests that are sent before the first is answered. */
  readonly width: number;
  /** Whether all of them are one write, and all must be answered before the next are sent. */
  readonly together: boolean;
}

/**
 * The limit of what a connection can do: frames of the sizes of real ones, there and back through `node:net`. Each is
 * a write of its own (those of a turn corked together) and is found by its length at the other end; nothing is
 * encoded or decoded, and nothing promised for each.
 */
export class RawEcho implements AsyncDisposable {
  readonly sizes: FrameSizes;
  readonly #socket: Socket;
  readonly #request: Buffer;
  readonly #requests: Buffer;
  readonly #counter = new FrameCounter();
  #take: (answers: number) => void = () => {};
  #fail: (error: Error) => void = () => {};

  private constructor(socket: Socket, sizes: FrameSizes) {
    this.#socket = socket;
    this.sizes = sizes;
    this.#request = emptyFrame(sizes.request);
    this.#requests = Buffer.concat(Array(widthMax).fill(this.#request));
    socket.on("data", (chunk) => this.#take(this.#counter.push(chunk)));
    socket.on("error", (error) => this.#fail(error));
  }

  static async open(port: number, sizes: FrameSizes): Promise<RawEcho> {
    const socket = connect({ host: "127.0.0.1", port, noDelay: true });
    await once(socket, "connect");
    // The first frame says how long answers are to be, and is answered too.
    const announcement = Buffer.alloc(8);
    announcement.writeUInt32LE(4, 0);
    announcement.writeUInt32LE(sizes.answer, 4);
    const echo = new RawEcho(socket, sizes);
    const ready = echo.#answered(1);
    socket.write(announcement);
    await ready;
    return echo;
  }

  /** Sends so many requests; resolves to how many were answered, when all are. */
  run(count: number, { width, together }: EchoStyle): Promise<number> {
    const most = Math.min(width, widthMax);
    let sent = 0;
    const send = (wanted: number) => {
      const requests = Math.min(wanted, count - sent);
      sent += requests;
      if (together) this.#sendTogether(requests);
      else this.#sendEach(requests);
    };
    const done = this.#answered(count, (answers, all) => {
      if (!together) send(answers);
      else if (all === sent) send(most);
    });
    send(most);
    return done;
  }

  /** Resolves when so many answers have come, and calls `more` for those before. */
  #answered(
    count: number,
    more: (answers: number, all: number) => void = () => {},
  ): Promise<number> {
    return new Promise((resolve, reject) => {
      let all = 0;
      this.#fail = reject;
      this.#take = (answers) => {
        all += answers;
        if (all >= count) resolve(all);
        else more(answers, all);
      };
    });
  }

  #sendEach(requests: number): void {
    this.#socket.cork();
    for (let i = 0; i < requests; i++) this.#socket.write(this.#request);
    this.#socket.uncork();
  }

  #sendTogether(requests: number): void {
    this.#socket.write(this.#requests.subarray(0, requests * this.sizes.request));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = once(this.#socket, "close");
    this.#socket.destroy();
    await closed;
  }
}

const widthMax = 256;
