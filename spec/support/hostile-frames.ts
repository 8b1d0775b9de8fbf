import { readFileSync } from "node:fs";

export interface HostileFrame {
  readonly name: string;
  /** With its length. */
  readonly bytes: Uint8Array;
}

/** Frames that once did harm, or would to a server that is less careful: spec/fixtures/hostile/frames.json. */
export function hostileFrames(): HostileFrame[] {
  const text = readFileSync("spec/fixtures/hostile/frames.json", "utf8");
  return (JSON.parse(text) as Written[]).map(({ name, body }) => ({ name, bytes: framed(body) }));
}

/** Its body in pieces of hexadecimal digits, some of them many times over. */
interface Written {
  readonly name: string;
  readonly body: readonly (string | readonly [string, number])[];
}

function framed(body: Written["body"]): Uint8Array {
  const pieces = body.map((piece) => {
    const [hex, times] = typeof piece === "string" ? [piece, 1] : piece;
    const bytes = Buffer.from(hex.replaceAll(" ", ""), "hex");
    return Buffer.alloc(bytes.length * times, bytes);
  });
  const length = Buffer.alloc(4);
  length.writeUInt32LE(pieces.reduce((sum, piece) => sum + piece.length, 0));
  return Buffer.concat([length, ...pieces]);
}
