import {
  type Hello,
  HelloReader,
  judgeClientHello,
  serverHello,
  verdicts,
} from "../protocol/handshake.js";
import type { Transport } from "../transport/transport.js";

/** The first bytes of both ends, as the server takes and answers them. */
export class Greeting {
  readonly #transport: Transport;
  readonly #maxFrameBytes: number;
  readonly #reader = new HelloReader();

  /** @param maxFrameBytes as the client is told */
  constructor(transport: Transport, maxFrameBytes: number) {
    this.#transport = transport;
    this.#maxFrameBytes = maxFrameBytes;
  }

  /**
   * The client's hello and what came behind it, answered; undefined until it is there, "refused" where it was
   * answered that it is not welcome.
   *
   * @throws PROTOCOL_ERROR for what is no hello
   */
  push(chunk: Uint8Array): { hello: Hello; rest: Uint8Array } | "refused" | undefined {
    const greeting = this.#reader.push(chunk);
    if (greeting === undefined) return undefined;
    const isWelcome = judgeClientHello(greeting.hello) === undefined;
    this.#answer(isWelcome ? verdicts.accepted : verdicts.otherMajor);
    return isWelcome ? greeting : "refused";
  }

  /** Answers what is no hello. */
  refuse(): void {
    this.#answer(verdicts.malformed);
  }

  #answer(verdict: number): void {
    // Nothing else was sent yet, so that there is nothing to wait for; a refusal to send shows in `closed`.
    void this.#transport.send([serverHello(verdict, this.#maxFrameBytes)]);
  }
}
