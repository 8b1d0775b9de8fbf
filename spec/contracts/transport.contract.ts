import assert from "node:assert/strict";
import type { Listener, Transport } from "../../lib/transport/transport.js";

/** What is under test: a listener, how to reach it, and how to cut one of its ends off. */
export interface TransportSubject {
  readonly listener: Listener;
  dial(): Promise<Transport>;
  /** Dials, and gives what makes the dialled end vanish without a farewell. */
  dialDoomed(): Promise<() => void>;
}

/** What every transport and listener keeps to. */
export function transportContract(open: () => Promise<TransportSubject>): void {
  let subject: TransportSubject;
  let accepted: AsyncIterator<Transport>;

  beforeEach(async () => {
    subject = await open();
    accepted = subject.listener[Symbol.asyncIterator]();
  });

  afterEach(() => subject.listener.close());

  const accept = async (): Promise<Transport> => {
    const next = await accepted.next();
    assert.equal(next.done, false);
    return next.value as Transport;
  };
  const pair = async (): Promise<[Transport, Transport]> => {
    const near = await subject.dial();
    return [near, await accept()];
  };

  it("carries bytes in order, both ways", async () => {
    const [near, far] = await pair();
    void near.send([text("one "), text("two "), new Uint8Array(0)]);
    void near.send([text("three")]);
    assert.equal(await read(far, 13), "one two three");
    void far.send([text("answer")]);
    assert.equal(await read(near, 6), "answer");
    await near.close();
  });

  it("carries chunks of one byte", async () => {
    const [near, far] = await pair();
    const sent = Array.from({ length: 2_000 }, (_, i) => Uint8Array.of(i & 0xff));
    for (const chunk of sent) await near.send([chunk]);
    assert.deepStrictEqual(await readBytes(far, 2_000), Buffer.concat(sent));
    await near.close();
  });

  it("carries 16 MiB in one burst", async () => {
    const [near, far] = await pair();
    const burst = pattern(16 * 1024 * 1024);
    const sent = near.send([burst.subarray(0, 1_000), burst.subarray(1_000)]);
    const arrived = await readBytes(far, burst.length);
    await sent;
    assert.ok(Buffer.from(arrived.buffer).equals(burst));
    await near.close();
  });

  it("makes the sender wait for a slow reader, and no longer than that", async () => {
    const [near, far] = await pair();
    const chunk = pattern(64 * 1024);
    let total = 0;
    let waiting: Promise<void> | undefined;
    while (waiting === undefined) {
      assert.ok(total < 64 * 1024 * 1024, "nothing holds the sender back");
      waiting = near.send([chunk]);
      total += chunk.length;
      await new Promise((resolve) => setImmediate(resolve));
    }
    await readBytes(far, total);
    await waiting;
    await near.close();
  });

  it("lets go of a sender that waits when the other end closes", async () => {
    const [near, far] = await pair();
    let waiting: Promise<void> | undefined;
    for (let i = 0; waiting === undefined && i < 1_000; i++) waiting = near.send([pattern(65_536)]);
    assert.ok(waiting !== undefined);
    await far.close();
    await waiting;
    await near.close();
  });

  it("ends the peer's iteration after all that was sent when it closes", async () => {
    const [near, far] = await pair();
    void near.send([text("last words")]);
    const closing = near.close();
    assert.equal(Buffer.concat(await all(far)).toString(), "last words");
    await closing;
    assert.equal(await near.closed, undefined);
    assert.equal(await far.closed, undefined);
  });

  it("delivers what was sent before a close even where the other end sends meanwhile", async () => {
    const [near, far] = await pair();
    const burst = pattern(1024 * 1024);
    void far.send([pattern(100_000)]);
    void near.send([burst]);
    const closing = near.close();
    assert.equal(Buffer.concat(await all(far)).length, burst.length);
    await closing;
  });

  it("ends its own iteration when it closes", async () => {
    const [near, far] = await pair();
    const reading = all(near);
    await near.close();
    assert.deepStrictEqual(await reading, []);
    await far.close();
  });

  it("closes twice as well as once, and drops what is sent after", async () => {
    const [near, far] = await pair();
    await Promise.all([near.close(), near.close()]);
    await near.close();
    assert.equal(near.send([text("too late")]), undefined);
    assert.deepStrictEqual(await all(far), []);
    await far.close();
  });

  it("tells why when the peer vanishes, and does not throw", async () => {
    const vanish = await subject.dialDoomed();
    const far = await accept();
    const reading = all(far);
    vanish();
    const reason = await far.closed;
    assert.ok(reason === undefined || (reason as { code?: string }).code === "CONNECTION_LOST");
    assert.deepStrictEqual(await reading, []);
    assert.equal(far.send([text("nobody there")]), undefined);
    await far.close();
  });

  it("lets one reader stop and another go on", async () => {
    const [near, far] = await pair();
    void near.send([text("first")]);
    assert.equal(await read(far, 5), "first");
    void near.send([text("second")]);
    assert.equal(await read(far, 6), "second");
    await near.close();
  });

  it("counts the bytes of both directions", async () => {
    const [near, far] = await pair();
    void near.send([new Uint8Array(1_000)]);
    await readBytes(far, 1_000);
    void far.send([new Uint8Array(10)]);
    await readBytes(near, 10);
    assert.deepStrictEqual([near.bytesOut, near.bytesIn], [1_000, 10]);
    assert.deepStrictEqual([far.bytesIn, far.bytesOut], [1_000, 10]);
    await near.close();
    assert.deepStrictEqual([near.bytesOut, near.bytesIn], [1_000, 10]);
  });

  it("gives a transport for every dial, and none once the listener is closed", async () => {
    const [first, second] = await Promise.all([subject.dial(), subject.dial()]);
    const [one, two] = [await accept(), await accept()];
    await subject.listener.close();
    await subject.listener.close();
    assert.equal((await accepted.next()).done, true);
    await assert.rejects(subject.dial(), { code: "CONNECTION_LOST" });
    void first.send([text("open")]);
    void second.send([text("open")]);
    assert.deepStrictEqual([await read(one, 4), await read(two, 4)], ["open", "open"]);
    await Promise.all([first.close(), second.close(), one.close(), two.close()]);
  });
}

async function all(transport: Transport): Promise<Uint8Array[]> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of transport) chunks.push(chunk);
  return chunks;
}

async function readBytes(transport: Transport, length: number): Promise<Uint8Array> {
  const bytes = Buffer.alloc(length);
  let at = 0;
  for await (const chunk of transport) {
    assert.ok(at + chunk.length <= length, "more came than was sent");
    bytes.set(chunk, at);
    at += chunk.length;
    if (at === length) break;
  }
  assert.equal(at, length);
  return bytes;
}

async function read(transport: Transport, length: number): Promise<string> {
  return Buffer.from(await readBytes(transport, length)).toString();
}

function text(words: string): Uint8Array {
  return new TextEncoder().encode(words);
}

function pattern(length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  for (let i = 0; i < length; i++) bytes[i] = (i * 31 + (i >>> 8)) & 0xff;
  return bytes;
}
