/** The bytes of the commonest query and of the commonest answer, known by identity. Nobody writes to them. */
export const pingQuery: Uint8Array = Uint8Array.of(0x91, 0xa4, ...text("ping"));
export const nilAnswer: Uint8Array = Uint8Array.of(0xc0);

/** The outcome of a bare ping that was answered. */
export const pingOutcome: Uint8Array = Uint8Array.of(0x92, 0xa4, ...text("ping"), 0xc0);

/** A pipeline without members, and what is before the members of one that has nothing else. */
export const emptyPipeline: Uint8Array = Uint8Array.of(0x91, 0xa8, ...text("pipeline"));
export const pipelineHead: Uint8Array = Uint8Array.of(
  ...[0x92, 0xa8, ...text("pipeline")],
  ...[0x81, 0xa7, ...text("queries")],
);

/** Whether these bytes are there. */
export function holds(bytes: Uint8Array, at: number, expected: Uint8Array): boolean {
  for (let i = 0; i < expected.length; i++) {
    if (bytes[at + i] !== expected[i]) return false;
  }
  return true;
}

function text(ascii: string): Uint8Array {
  return Buffer.from(ascii, "latin1");
}
