import { once } from "node:events";
import { connect, type Socket } from "node:net";

/** The sizes of a request and of its answer, with their framing. */
export interface FrameSizes {
  readonly request: number;
  readonly answer: number;
}

/** Sizes are announced in so many bytes when a socket is opened. */
export const announcementBytes = 8;

/** How requests are spread in time. */
export interface EchoStyle {
  /** Requests that are sent before the first is answered. */
  readonly width: number;
  /** Whether all of them must be answered before the next are sent. */
  readonly together: boolean;
}

/**
 * The limit of what a connection can do: bytes of the sizes of real frames, there and back through `node:net`, with
 * nothing encoded, decoded or promised for each.
 */
export class RawEcho implements AsyncDisposable {
  readonly #socket: Socket;
  readonly sizes: FrameSizes;
  readonly #requests: Uint8Array;
  #take: (bytes: number) => void = () => {};
  #fail: (error: Error) => void = () => {};

  private constructor(socket: Socket, sizes: FrameSizes) {
    this.#socket = socket;
    this.sizes = sizes;
    this.#requests = new Uint8Array(sizes.request * widthMax);
    socket.on("data", (chunk) => this.#take(chunk.length));
    socket.on("error", (error) => this.#fail(error));
  }

  static async open(port: number, sizes: FrameSizes): Promise<RawEcho> {
    const socket = connect({ host: "127.0.0.1", port, noDelay: true });
    await once(socket, "connect");
    const announcement = Buffer.alloc(announcementBytes);
    announcement.writeUInt32LE(sizes.request, 0);
    announcement.writeUInt32LE(sizes.answer, 4);
    socket.write(announcement);
    return new RawEcho(socket, sizes);
  }

  /** Sends so many requests; resolves to how many were answered, when all are. */
  run(count: number, { width, together }: EchoStyle): Promise<number> {
    return new Promise((resolve, reject) => {
      let sent = 0;
      let bytes = 0;
      let answered = 0;
      const send = (wanted: number) => {
        const requests = Math.min(wanted, count - sent);
        sent += requests;
        if (requests > 0)
          this.#socket.write(this.#requests.subarray(0, requests * this.sizes.request));
      };
      this.#fail = reject;
      this.#take = (length) => {
        bytes += length;
        const before = answered;
        answered = Math.floor(bytes / this.sizes.answer);
        if (bytes === count * this.sizes.answer) resolve(answered);
        else if (!together) send(answered - before);
        else if (answered === sent) send(width);
      };
      send(Math.min(width, widthMax));
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = once(this.#socket, "close");
    this.#socket.destroy();
    await closed;
  }
}

const widthMax = 128;
