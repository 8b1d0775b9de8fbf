import { once } from "node:events";
import type { Duplex } from "node:stream";
import type { Transport } from "ahnlich/ports";

/** A transport over any stream of bytes that goes both ways. */
export function streamTransport(stream: Duplex): Transport {
  const closed = once(stream, "close").then(() => undefined);
  const counts = { bytesIn: 0, bytesOut: 0 };
  return Object.assign(counts, {
    peer: "a stream",
    closed,
    send(chunks: readonly Uint8Array[]) {
      for (const chunk of chunks) {
        counts.bytesOut += chunk.length;
        stream.write(chunk);
      }
      return stream.writableNeedDrain ? once(stream, "drain").then(() => undefined) : undefined;
    },
    async close() {
      stream.end();
      await closed;
    },
    async *[Symbol.asyncIterator]() {
      for await (const chunk of stream) {
        counts.bytesIn += chunk.length;
        yield chunk;
      }
    },
  });
}
