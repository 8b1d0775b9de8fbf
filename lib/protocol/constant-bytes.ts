/** The bytes of the commonest query and of the commonest answer, known by identity. Nobody writes to them. */
export const pingQuery: Uint8Array = Uint8Array.of(0x91, 0xa4, 0x70, 0x69, 0x6e, 0x67);
export const nilAnswer: Uint8Array = Uint8Array.of(0xc0);
