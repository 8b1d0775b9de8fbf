import assert from "node:assert/strict";
import { SearchTask } from "../../lib/kernels/search-task.js";
import { Turn, Turns } from "../../lib/kernels/turns.js";

describe("Turns", () => {
  function task(turn: Turn): SearchTask {
    return new SearchTask({
      turn,
      weight: 1,
      cost: 1,
      request: () => assert.fail("it was not asked to start"),
      released: () => {},
    });
  }

  it("alternate between searches, however many tasks one of them has", () => {
    const turns = new Turns();
    const heavy = new Turn();
    const many = Array.from({ length: 10 }, () => task(heavy));
    const [light, another] = [task(new Turn()), task(new Turn())];
    for (const one of [...many, light, another]) turns.push(one);
    assert.equal(turns.size, 12);
    const order = Array.from({ length: 12 }, () => turns.take());
    assert(order.indexOf(light) <= 3 && order.indexOf(another) <= 5);
    assert.deepEqual(
      order.filter((one) => one?.turn === heavy),
      many,
    );
    assert.equal(turns.take(), undefined);
  });

  it("are one for a search, though some of its tasks have started and others not", () => {
    const turns = new Turns();
    const turn = new Turn();
    const [fresh, light] = [task(turn), task(new Turn())];
    const started = task(turn);
    Object.defineProperty(started, "started", { value: true });
    for (const one of [fresh, light, started]) turns.push(one);
    const order = [turns.take(), turns.take(), turns.take()];
    assert.deepEqual(new Set(order), new Set([fresh, light, started]));
    assert(order.indexOf(started) < order.indexOf(fresh));
    assert.equal(turns.size, 0);
  });

  it("know the lightest of those that wait", () => {
    const turns = new Turns();
    assert.equal(turns.leastCost, Number.POSITIVE_INFINITY);
    const [one, light] = [task(new Turn()), task(new Turn())];
    Object.defineProperty(light, "cost", { value: 0.25 });
    turns.push(one);
    assert.equal(turns.leastCost, 1);
    turns.push(light);
    assert.equal(turns.leastCost, 0.25);
    turns.take();
    turns.take();
    assert.equal(turns.leastCost, Number.POSITIVE_INFINITY);
    turns.push(one);
    assert.equal(turns.leastCost, 1);
  });

  it("forget a task that is taken away", () => {
    const turns = new Turns();
    const tasks = [task(new Turn()), task(new Turn())];
    for (const one of tasks) turns.push(one);
    assert(turns.remove(tasks[0]));
    assert(!turns.remove(tasks[0]));
    assert.equal(turns.take(), tasks[1]);
    assert.equal(turns.size, 0);
  });
});
