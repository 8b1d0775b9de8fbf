import { AhnlichError } from "../model/errors.js";

/** What each end says of itself in the first 16 bytes. */
export interface Hello {
  readonly major: number;
  readonly minor: number;
  /** The server's verdict; clients send 0. */
  readonly flags: number;
  /** The longest frame body, in bytes, that this end takes: 16,384 to 2^30. */
  readonly maxFrameBytes: number;
}

/** The protocol spoken here. Its major is the package's. */
export const protocolVersion: { readonly major: number; readonly minor: number } = {
  major: 0,
  minor: 3,
};

export const helloBytes = 16;

/** What the low byte of the server's flags says. */
export const verdicts = { accepted: 0, otherMajor: 1, malformed: 2 } as const;

/** The first bytes of a client. */
export function clientHello(maxFrameBytes: number): Uint8Array {
  return writeHello({ ...protocolVersion, flags: 0, maxFrameBytes });
}

/** The first bytes of a server, once it knows what the client said. */
export function serverHello(verdict: number, maxFrameBytes: number): Uint8Array {
  return writeHello({ ...protocolVersion, flags: verdict, maxFrameBytes });
}

/**
 * The 16 bytes that a peer begins with.
 *
 * @throws PROTOCOL_ERROR when they are not of this protocol or name an impossible frame size
 */
export function readHello(bytes: Uint8Array): Hello {
  if (bytes.length !== helloBytes) {
    const sentence = `expected a hello of ${helloBytes} bytes, got ${bytes.length}`;
    throw new AhnlichError("PROTOCOL_ERROR", sentence);
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (view.getUint32(0, false) !== magic) {
    throw new AhnlichError(
      "PROTOCOL_ERROR",
      `expected "AHNL" as the first bytes, got ${hex(bytes.subarray(0, 4))}`,
    );
  }
  const hello = {
    major: view.getUint16(4, true),
    minor: view.getUint16(6, true),
    flags: view.getUint32(8, true),
    maxFrameBytes: view.getUint32(12, true),
  };
  if (hello.maxFrameBytes < frameBytesMin || hello.maxFrameBytes > frameBytesMax) {
    throw new AhnlichError(
      "PROTOCOL_ERROR",
      `expected a largest frame of ${frameBytesMin} to ${frameBytesMax} bytes, got ${hello.maxFrameBytes}`,
    );
  }
  return hello;
}

/**
 * What a server thinks of a client's hello, undefined when it is welcome: the error to log. The
 * server answers `serverHello(verdicts.otherMajor, ...)` then, and closes.
 */
export function judgeClientHello(hello: Hello): AhnlichError | undefined {
  if (hello.major === protocolVersion.major) return undefined;
  return versionMismatch("the client", hello, "this server");
}

/**
 * What a client does with the server's hello.
 *
 * @throws VERSION_MISMATCH when the majors differ, naming both; PROTOCOL_ERROR for other refusals
 */
export function checkServerHello(hello: Hello): Hello {
  if (hello.major !== protocolVersion.major) {
    throw versionMismatch("the server", hello, "this client");
  }
  const verdict = hello.flags & 0xff;
  if (verdict !== verdicts.accepted) {
    throw new AhnlichError(
      "PROTOCOL_ERROR",
      `the server refuses what it calls a malformed hello (verdict ${verdict})`,
    );
  }
  return hello;
}

/** The smallest and largest frame an end may offer to take. */
export const frameBytesMin: number = 16 * 1024;
export const frameBytesMax: number = 2 ** 30;

/**
 * Collects the first 16 bytes of a peer, however they are cut.
 *
 * `push` gives undefined until they are there, then the hello and the bytes that came after it.
 * It throws as `readHello` does, as soon as the first bytes are wrong.
 */
export class HelloReader {
  readonly #bytes = new Uint8Array(helloBytes);
  #have = 0;

  push(chunk: Uint8Array): { readonly hello: Hello; readonly rest: Uint8Array } | undefined {
    const taken = Math.min(chunk.length, helloBytes - this.#have);
    this.#bytes.set(chunk.subarray(0, taken), this.#have);
    this.#have += taken;
    this.#checkMagic();
    if (this.#have < helloBytes) return undefined;
    return { hello: readHello(this.#bytes), rest: chunk.subarray(taken) };
  }

  #checkMagic(): void {
    const have = Math.min(this.#have, 4);
    for (let i = 0; i < have; i++) {
      if (this.#bytes[i] === ((magic >>> (24 - 8 * i)) & 0xff)) continue;
      throw new AhnlichError(
        "PROTOCOL_ERROR",
        `expected "AHNL" as the first bytes, got ${hex(this.#bytes.subarray(0, have))}`,
      );
    }
  }
}

/** Any hello as bytes: magic, major u16, minor u16, flags u32, largest frame u32; little-endian. */
export function writeHello(hello: Hello): Uint8Array {
  const bytes = new Uint8Array(helloBytes);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, magic, false);
  view.setUint16(4, hello.major, true);
  view.setUint16(6, hello.minor, true);
  view.setUint32(8, hello.flags, true);
  view.setUint32(12, hello.maxFrameBytes, true);
  return bytes;
}

function versionMismatch(who: string, hello: Hello, here: string): AhnlichError {
  const theirs = `${hello.major}.${hello.minor}`;
  const ours = `${protocolVersion.major}.${protocolVersion.minor}`;
  return new AhnlichError(
    "VERSION_MISMATCH",
    `${who} speaks protocol ${theirs}, ${here} ${ours}: the majors must be equal`,
    { details: { theirs, ours } },
  );
}

function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join(" ");
}

/** "AHNL", read as a big-endian number. */
const magic = 0x41484e4c;
