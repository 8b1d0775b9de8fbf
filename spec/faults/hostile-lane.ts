import { decodeFrame } from "../../lib/protocol/decode-frame.js";
import { FrameReader } from "../../lib/protocol/frame-reader.js";
import { HelloReader } from "../../lib/protocol/handshake.js";
import type { Transport } from "../../lib/transport/transport.js";

/** A hostile client: sends what it is given, on a new connection whenever the server has ended the last. */
export class HostileLane {
  readonly #dial: () => Promise<Transport>;
  readonly #unreadable: (error: unknown) => void;
  #transport: Transport | undefined;
  connections = 0;
  answers = 0;

  /** `unreadable` is told of a server that says what is not of the protocol. */
  constructor(dial: () => Promise<Transport>, unreadable: (error: unknown) => void) {
    this.#dial = dial;
    this.#unreadable = unreadable;
  }

  /** Whether its next words are its first. */
  get fresh(): boolean {
    return this.#transport === undefined;
  }

  async connect(): Promise<void> {
    const transport = await this.#dial();
    this.connections++;
    this.#transport = transport;
    const over = () => {
      if (this.#transport === transport) this.#transport = undefined;
    };
    void transport.closed.then(over, over);
    void this.#read(transport).finally(over);
  }

  send(bytes: Uint8Array): void {
    void this.#transport?.send([bytes]);
  }

  async close(): Promise<void> {
    await this.#transport?.close();
  }

  async #read(transport: Transport): Promise<void> {
    const hello = new HelloReader();
    const frames = new FrameReader(2 ** 30);
    let greeted = false;
    try {
      for await (const chunk of transport) {
        const greeting = greeted ? undefined : hello.push(chunk);
        if (!greeted && greeting === undefined) continue;
        greeted = true;
        for (const body of frames.push(greeting?.rest ?? chunk)) {
          this.answers += decodeFrame(body).length;
        }
      }
    } catch (error) {
      this.#unreadable(error);
    }
  }
}
