/** The number that each message begins with. 11 to 15 are kept for steps of authentication. */
export const messageTypes = {
  connect: 1,
  accept: 2,
  refuse: 3,
  request: 4,
  response: 5,
  failure: 6,
  part: 7,
  cancel: 8,
  goaway: 9,
  disconnect: 10,
  alive: 16,
} as const;

/** The messages that clients send. */
export const clientTypes: ReadonlySet<number> = new Set([
  messageTypes.connect,
  messageTypes.request,
  messageTypes.cancel,
  messageTypes.disconnect,
  messageTypes.alive,
]);

/** Messages that one frame may hold: each costs its reader far more memory than its bytes. */
export const messagesPerFrame = 10_000;

/** The most characters of a reason or of an error's sentence; what is longer is cut. */
export const sentenceMax = 2_000;

/** Values in one query, containers and keys counted: each may cost some 64 bytes of memory. */
export const queryValuesMax = 1_000_000;
