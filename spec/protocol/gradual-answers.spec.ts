import assert from "node:assert/strict";
import fc from "fast-check";
import type { Pause } from "../../lib/encoding/decode-gradually.js";
import { valuesMax } from "../../lib/encoding/inspect.js";
import type { Query } from "../../lib/model/query.js";
import { encodeAnswer, encodeAnswerGradually } from "../../lib/protocol/answer-codec.js";
import { encodeFrames } from "../../lib/protocol/frame-writer.js";
import { metadata } from "../support/arbitrary-values.js";

/** Lets others have their turn whenever it may. */
class Eager implements Pause {
  readonly isOver = true;
  turns = 0;

  async next(): Promise<void> {
    this.turns += 1;
  }
}

async function gradually(query: Query, answer: unknown, pause: Pause = new Eager()) {
  return Buffer.concat(await encodeAnswerGradually(query, answer as never, pause));
}

const entry = fc.record(
  {
    id: fc.string({ unit: "binary", maxLength: 20 }),
    version: fc.nat(),
    vector: fc.constantFrom(undefined, Float32Array.of(), Float32Array.of(1, -0.5)),
    metadata: metadata(),
  },
  { requiredKeys: ["id", "version"], noNullPrototype: true },
);
const list = fc
  .tuple(fc.array(entry, { maxLength: 20 }), fc.constantFrom(1, 3, 40))
  .map(([entries, times]) => Array.from({ length: times }, () => entries).flat());
const change = fc.record({ id: fc.string(), kind: fc.constantFrom("set", "delete") });

/** A query's kind and an answer to it. */
const answers: fc.Arbitrary<[Query["kind"], unknown]> = fc.oneof(
  list.map((entries): ["search", unknown] => ["search", entries]),
  list.map((entries): ["get", unknown] => [
    "get",
    entries.map((one, i) => (i % 3 ? one : undefined)),
  ]),
  fc.array(list, { maxLength: 4 }).map((lists): ["searchMany", unknown] => ["searchMany", lists]),
  list.map((entries): ["find", unknown] => ["find", { entries, cursor: undefined }]),
  list.map((entries): ["find", unknown] => ["find", { cursor: "next", entries, "": [1] }]),
  fc
    .array(change, { maxLength: 50 })
    .map((changes): ["changes", unknown] => ["changes", { changes, next: "1" }]),
  fc
    .array(fc.record({ name: fc.string(), entries: fc.nat() }), { maxLength: 50 })
    .chain((all) =>
      fc.constantFrom("listStores" as const, "facets" as const).map((kind) => ({ kind, all })),
    )
    .map(({ kind, all }): [Query["kind"], unknown] => [kind, all]),
  fc.nat().map((count): ["count", unknown] => ["count", count]),
  fc.constant<["ping", unknown]>(["ping", null]),
  fc.constant<["find", unknown]>(["find", "what is no answer"]),
  fc.constant<["search", unknown]>(["search", 5]),
);

describe("an answer that is encoded gradually", () => {
  it("is what it is at once, whatever it holds", () =>
    fc.assert(
      fc.asyncProperty(answers, async ([kind, answer]) => {
        const query = { kind } as Query;
        assert.deepEqual(
          await gradually(query, answer),
          Buffer.from(encodeAnswer(query, answer as never)),
        );
      }),
      { numRuns: 200 },
    ));

  it("is so in a pipeline, with members that failed among the others", () =>
    fc.assert(
      fc.asyncProperty(fc.array(answers, { maxLength: 20 }), async (members) => {
        const queries = members.map(([kind]) => ({ kind }) as Query);
        const outcomes = members.map(([, response], i) =>
          i % 4 === 3 ? { ok: false, error: new Error("failed") } : { ok: true, response },
        );
        const query = { kind: "pipeline", queries } as Query;
        assert.deepEqual(
          await gradually(query, outcomes),
          Buffer.from(encodeAnswer(query, outcomes as never)),
        );
      }),
      { numRuns: 100 },
    ));

  it("lets others have their turns after a few of its parts", async () => {
    const pause = new Eager();
    const entries = Array.from({ length: 10_000 }, (_, i) => ({ id: `${i}`, version: i }));
    await gradually({ kind: "find", store: "s" }, { entries }, pause);
    assert(pause.turns > 30, `${pause.turns} turns`);
  });

  it("is refused where it cannot be encoded, as it is at once", async () => {
    const query = { kind: "search", store: "s", target: [1] } as Query;
    const entries = (value: unknown) =>
      Array.from({ length: 100 }, () => ({ metadata: { value } }));
    for (const value of [1n, new Map(), new Float64Array(1)]) {
      const answer = entries(value);
      assert.throws(() => encodeAnswer(query, answer as never), { code: "INVALID_ARGUMENT" });
      await assert.rejects(gradually(query, answer), { code: "INVALID_ARGUMENT" });
    }
    await assert.rejects(gradually({ kind: "find", store: "s" }, new Map()), {
      code: "INVALID_ARGUMENT",
    });
  });

  it("may hold as many values as one that is encoded at once, and no more", async () => {
    const query = { kind: "search", store: "s", target: [1] } as Query;
    const many = new Array(1_000_000).fill(0);
    const entries = (count: number) =>
      Array.from({ length: count }, () => ({ metadata: { many } }));
    const fits = Math.floor(valuesMax / (many.length + 4));
    assert.ok((await gradually(query, entries(fits))).length > fits * many.length);
    await assert.rejects(gradually(query, entries(fits + 1)), { code: "LIMIT_EXCEEDED" });
  });

  it("travels in the same frames, whole or in parts", () => {
    const bytes = fc.uint8Array({ maxLength: 3_000 });
    fc.assert(
      fc.property(
        fc.array(bytes, { minLength: 1 }),
        fc.integer({ min: 64, max: 5_000 }),
        (all, most) => {
          const [answer, ...more] = all;
          const ping = { kind: "response", id: 1, answer: Uint8Array.of(0xc0) } as const;
          const pieces = [ping, { kind: "response", id: 300, answer, more }, ping] as const;
          const whole = { kind: "response", id: 300, answer: Buffer.concat(all) } as const;
          assert.deepEqual(
            Buffer.concat(encodeFrames(pieces, most)),
            Buffer.concat(encodeFrames([ping, whole, ping], most)),
          );
        },
      ),
      { numRuns: 200 },
    );
  });
});
