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
