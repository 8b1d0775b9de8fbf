import type { Query } from "../../lib/model/query.js";
import { decodeFrame } from "../../lib/protocol/decode-frame.js";
import { FrameReader } from "../../lib/protocol/frame-reader.js";
import { encodeFrames } from "../../lib/protocol/frame-writer.js";
import { clientHello, type Hello, HelloReader } from "../../lib/protocol/handshake.js";
import type { ConnectMessage, Message, MessageKind } from "../../lib/protocol/message.js";
import { encodeQuery } from "../../lib/protocol/query-codec.js";
import type { Transport } from "../../lib/transport/transport.js";

/** One end of the protocol, moved by hand: says what a spec wants it to, right or wrong. */
export class RawPeer {
  readonly transport: Transport;
  readonly #chunks: AsyncIterator<Uint8Array>;
  readonly #reader = new FrameReader(64 * 1024 * 1024);
  readonly #messages: Message[] = [];
  #rest: Uint8Array | undefined;
  /** Frames read so far. */
  frames = 0;

  constructor(transport: Transport) {
    this.transport = transport;
    this.#chunks = transport[Symbol.asyncIterator]();
  }

  /** A client that was accepted. */
  static async connect(transport: Transport, changes: Partial<ConnectMessage> = {}) {
    const peer = new RawPeer(transport);
    peer.bytes(clientHello(1024 * 1024));
    await peer.hello();
    peer.send(introduction(changes));
    await peer.next("accept");
    return peer;
  }

  bytes(bytes: Uint8Array): void {
    void this.transport.send([bytes]);
  }

  send(...messages: Message[]): void {
    void this.transport.send(encodeFrames(messages, 64 * 1024 * 1024));
  }

  request(id: number, query: Query, timeoutMs?: number): void {
    const message = { kind: "request", id, query: encodeQuery(query) } as const;
    this.send(timeoutMs === undefined ? message : { ...message, timeoutMs });
  }

  async hello(): Promise<Hello> {
    const reader = new HelloReader();
    for (;;) {
      const step = await this.#chunks.next();
      if (step.done) throw new Error("closed before its hello");
      const greeting = reader.push(step.value);
      if (greeting === undefined) continue;
      this.#rest = greeting.rest;
      return greeting.hello;
    }
  }

  /** The next message, which must be of this kind. */
  async next<K extends MessageKind>(kind: K): Promise<Extract<Message, { kind: K }>> {
    const message = await this.any();
    if (message?.kind !== kind) {
      throw new Error(`expected a ${kind}, got ${JSON.stringify(message ?? "the end")}`);
    }
    return message as Extract<Message, { kind: K }>;
  }

  /** The next message, undefined at the end. */
  async any(): Promise<Message | undefined> {
    for (;;) {
      const message = this.#messages.shift();
      if (message !== undefined) return message;
      const chunk = this.#rest ?? (await this.#chunks.next()).value;
      this.#rest = undefined;
      if (chunk === undefined) return undefined;
      for (const body of this.#reader.push(chunk)) {
        this.frames += 1;
        this.#messages.push(...decodeFrame(body.slice()));
      }
    }
  }
}

export function introduction(changes: Partial<ConnectMessage> = {}): ConnectMessage {
  return { kind: "connect", name: "raw", version: "9.9.9", clientId: "raw", ...changes };
}
