import { connect } from "../../lib/client/connect.js";
import type { ConnectOptions } from "../../lib/client/connect-options.js";
import { protocolVersion, verdicts, writeHello } from "../../lib/protocol/handshake.js";
import type { RequestMessage } from "../../lib/protocol/message.js";
import { decodeQuery } from "../../lib/protocol/query-codec.js";
import { MemoryListener, type MemoryTransport } from "../../lib/transport/memory.js";
import { RawPeer } from "./raw-peer.js";

/** A server moved by hand: a spec says what it answers, if anything. */
export class RawServer {
  readonly listener = new MemoryListener();
  readonly #transports: AsyncIterator<unknown> = this.listener[Symbol.asyncIterator]();
  /** How often it was dialled. */
  dialled = 0;

  /** Connects a client to it, and accepts it. */
  async connect(options: ConnectOptions = {}, inFlight = 256) {
    const connecting = connect("raw", { dial: this.dial, ...options });
    connecting.catch(() => {});
    const peer = await this.accept(inFlight);
    return { client: await connecting, peer };
  }

  readonly dial = (): Promise<MemoryTransport> => {
    this.dialled += 1;
    return this.listener.dial();
  };

  /** The next that dials, before anything was said. */
  async next(): Promise<RawPeer> {
    const { value } = await this.#transports.next();
    return new RawPeer(value as MemoryTransport);
  }

  /** The next that dials, accepted. */
  async accept(inFlight = 256): Promise<RawServerPeer> {
    const peer = await this.next();
    await peer.hello();
    peer.bytes(hello());
    const { clientId } = await peer.next("connect");
    peer.send({ kind: "accept", version: "9.9.9", inFlight });
    return new RawServerPeer(peer, clientId);
  }
}

/** The server's end of one accepted connection. */
export class RawServerPeer {
  readonly peer: RawPeer;
  readonly clientId: string;

  constructor(peer: RawPeer, clientId: string) {
    this.peer = peer;
    this.clientId = clientId;
  }

  async request(): Promise<RequestMessage & { asked: { kind: string } }> {
    const message = await this.peer.next("request");
    return { ...message, asked: decodeQuery(message.query) };
  }

  /** Breaks off as a cable that is cut. */
  break(): void {
    (this.peer.transport as MemoryTransport).break();
  }
}

export function hello(changes: { major?: number; flags?: number; maxFrameBytes?: number } = {}) {
  const { major, minor } = protocolVersion;
  return writeHello({ major, minor, flags: verdicts.accepted, maxFrameBytes: 1 << 20, ...changes });
}
