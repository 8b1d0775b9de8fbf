import assert from "node:assert/strict";
import { Arenas } from "../../lib/kernels/arenas.js";
import { Background } from "../../lib/kernels/background.js";
import { UpkeepTask } from "../../lib/kernels/upkeep-task.js";
import { Walks } from "../../lib/kernels/walks.js";

describe("Work in the background", () => {
  const arenas = new Arenas(64 * 1024 * 1024);
  const { arena, address } = arenas.take(64 * 1024);
  const task = (reach = 64): UpkeepTask => {
    const upkeep = { kind: "link", slots: Uint32Array.of(1) } as const;
    return new UpkeepTask({ arena, walks: new Walks(arena, address), reach, width: 8, upkeep });
  };

  after(() => arenas.close());

  it("has its turn while no search waits, and one in eight while searches do", () => {
    const background = new Background();
    const [first, second] = [task(), task()];
    background.push(first);
    background.push(second);
    assert.equal(background.take(false), first);
    const turns = Array.from({ length: 8 }, () => background.take(true));
    assert.deepEqual(turns.indexOf(second), 7);
    assert.equal(background.take(false), undefined);
    assert.equal(background.take(true), undefined);
  });

  it("is forgotten when it is taken out, whether it waits or not", () => {
    const background = new Background();
    const [waiting, other] = [task(), task()];
    background.push(waiting);
    background.push(other);
    background.remove(waiting);
    background.remove(waiting);
    assert.deepEqual([background.owns(waiting), background.owns(other)], [false, true]);
    assert.deepEqual(background.takeAll(), [other]);
    assert.deepEqual([background.size, background.owns(other)], [0, false]);
  });

  it("that fails before it began is over at once, once", async () => {
    const failed = task();
    failed.fail(new Error("no"));
    failed.fail(new Error("never heard of"));
    await assert.rejects(failed.done, /^Error: no$/);
    assert.deepEqual([failed.settled, failed.started], [true, false]);
    failed.release();
  });

  it("that fails under way is over when nobody is at it any more", async () => {
    const failed = task();
    failed.start();
    failed.fail(new Error("no"));
    let isOver = false;
    const over = failed.done.catch(() => {
      isOver = true;
    });
    await new Promise((resolve) => setImmediate(resolve));
    assert.equal(isOver, false);
    failed.release();
    await over;
    assert.equal(isOver, true);
  });

  it("that finds no memory says so", () => {
    assert.throws(() => task(2 ** 33).start(), { code: "LIMIT_EXCEEDED" });
  });

  it("takes no place in a memory that is closed, or above the limit", () => {
    const few = new Arenas(128 * 1024);
    const place = few.take(64 * 1024);
    assert.equal(few.takeIn(place.arena, 128 * 1024), undefined);
    const more = few.takeIn(place.arena, 32 * 1024);
    assert.equal(few.bytes, 96 * 1024);
    assert.equal(more?.arena, place.arena);
    few.close();
    assert.equal(few.takeIn(place.arena, 1_024), undefined);
  });
});
