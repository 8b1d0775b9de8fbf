import assert from "node:assert/strict";
import { Progress, type ProgressOptions } from "../../lib/cli/progress.js";

describe("the progress of a command", () => {
  it("moves a bar on a terminal and takes it away at the end", () => {
    const { stream, written, at } = fake(true);
    const progress = make({ unit: "bytes", total: 2_000, stream }, at);
    at.ms += 100;
    progress.show(500);
    progress[Symbol.dispose]();
    assert.equal(
      written[0],
      "\rbacking up: ██████░░░░░░░░░░░░░░░░░░ 25 % · 500 B of 2.0 kB, 100 ms\u001b[K",
    );
    assert.equal(written[1], "\r\u001b[K");
  });

  it("is drawn at most ten times a second", () => {
    const { stream, written, at } = fake(true);
    const progress = make({ total: 1_000, stream }, at);
    for (let done = 0; done < 1_000; done++) {
      at.ms += 1;
      progress.show(done);
    }
    assert.equal(written.length, 10);
  });

  it("never writes a line wider than the terminal", () => {
    const { stream, written, at } = fake(true, 20);
    make({ total: 1_000, stream }, at).show(10);
    assert.equal(written[0]?.length, "\r".length + 19 + "\u001b[K".length);
  });

  it("shows no share where nobody knows how much there is", () => {
    const { stream, written, at } = fake(true);
    make({ stream }, at).show(1_234);
    assert.match(written[0] ?? "", /backing up: 1,234 entries, 0 ms/);
  });

  it("never passes the whole where more came than was there at the beginning", () => {
    const { stream, written, at } = fake(true);
    make({ total: 10, stream }, at).show(15);
    assert.match(written[0] ?? "", /100 % · 15 entries of 15 entries/);
  });

  it("writes a line every ten seconds elsewhere, and none for what is short", () => {
    const { stream, written, at } = fake(false);
    const progress = make({ total: 100, stream }, at);
    for (let done = 0; done <= 25; done++) {
      progress.show(done);
      at.ms += 1_000;
    }
    progress[Symbol.dispose]();
    assert.deepEqual(written, [
      "backing up: 10 % · 10 entries of 100 entries, 10 s\n",
      "backing up: 20 % · 20 entries of 100 entries, 20 s\n",
    ]);
  });
});

function make(options: ProgressOptions, at: { ms: number }): Progress {
  return new Progress("backing up", { ...options, now: () => at.ms });
}

function fake(isTTY: boolean, columns = 120) {
  const written: string[] = [];
  const at = { ms: 1_000_000 };
  return { stream: { isTTY, columns, write: (text: string) => written.push(text) }, written, at };
}
