import { connect } from "../../lib/client/connect.js";
import { FrameReader } from "../../lib/protocol/frame-reader.js";
import { helloBytes } from "../../lib/protocol/handshake.js";
import type { Transport } from "../../lib/transport/transport.js";
import { goldenFrames } from "../support/golden-bytes.js";

/** The bodies of honest frames: those of docs/protocol.md, and what a client of ours sends in a session. */
export async function hostileSeeds(dial: () => Promise<Transport>): Promise<Uint8Array[]> {
  const sent: Uint8Array[] = [];
  const recorded = async (): Promise<Transport> => recording(await dial(), sent);
  const client = await connect("recorded", { dial: recorded });
  const store = await client.createStore("films", { dimension: 3, ifNotExists: true });
  await store.set([
    { id: "alien", vector: [1, 0.5, -2], metadata: { title: "Alien", year: 1979, cast: ["a"] } },
    { id: "brazil", vector: [0, 1, 0], metadata: { seen: new Date(0), poster: Buffer.from("x") } },
    { vector: [1, 1, 1] },
  ]);
  await store.search([1, 0, 0], { limit: 2, where: { year: { $gte: 1970 } }, recall: 1 });
  await store.search({ near: ["alien"], awayFrom: ["brazil"] });
  await store.searchMany([Float32Array.of(1, 2, 3), [3, 2, 1]], { limit: 1 });
  await store.find({ where: { $or: [{ year: 1979 }, { cast: { $contains: "a" } }] }, limit: 1 });
  await store.count({ where: { title: { $startsWith: "A" } } });
  await store.update("alien", { metadata: { year: 1980 }, remove: ["cast"] });
  await store.get(["alien", "none", [1, 1, 1]]);
  await client.execute({ kind: "changes", store: "films", limit: 2 });
  await store.delete("brazil", { idempotencyKey: "once" });
  await client.pipeline([{ kind: "ping" }, { kind: "count", store: "films" }]);
  await client.listStores();
  await client.info();
  await client.close();
  const session = Buffer.concat(sent).subarray(helloBytes);
  const bodies = new FrameReader(2 ** 30).push(session);
  const golden = goldenFrames().map(({ bytes }) => bytes.subarray(4));
  // What only servers say ends a session at once: most of what comes should get further.
  const asked = [...golden, ...bodies].filter((body) => clientSays.has(body[1]));
  return [...golden, ...bodies, ...asked, ...asked, ...asked, ...asked];
}

/** The types of messages: connect, request, cancel. */
const clientSays: ReadonlySet<number> = new Set([1, 4, 8]);

function recording(transport: Transport, sent: Uint8Array[]): Transport {
  return {
    peer: transport.peer,
    closed: transport.closed,
    get bytesIn() {
      return transport.bytesIn;
    },
    get bytesOut() {
      return transport.bytesOut;
    },
    send(chunks) {
      sent.push(...chunks.map((chunk) => Buffer.from(chunk)));
      return transport.send(chunks);
    },
    close: () => transport.close(),
    [Symbol.asyncIterator]: () => transport[Symbol.asyncIterator](),
  };
}
