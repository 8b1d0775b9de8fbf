import assert from "node:assert/strict";
import { mkdirSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { AhnlichError } from "../../lib/model/errors.js";
import { LmdbEnvironment } from "../../lib/persistence/lmdb.js";
import { WriteBatch } from "../../lib/persistence/write-batch.js";
import { openLmdb } from "../../lib/sharing/open-lmdb.js";
import { decodeOwnerRow, encodeOwnerRow } from "../../lib/sharing/owner-row.js";
import { manyRows, numberKey } from "../contracts/persistence.contract.js";
import { openFolder, realDoorbell } from "../support/open-folder.js";
import { OwnerProcess } from "../support/owner-process.js";
import { readOwnerRow } from "../support/read-owner-row.js";
import { TemporaryFolder } from "../support/temporary-folder.js";

describe("the ownership of a folder", function () {
  this.timeout(120_000);
  let folder: TemporaryFolder;
  let path: string;
  const processes: OwnerProcess[] = [];

  beforeEach(() => {
    folder = new TemporaryFolder();
    path = folder.at("data");
  });

  afterEach(async () => {
    await Promise.all(processes.splice(0).map((each) => each.kill()));
    folder.remove();
  });

  async function start(): Promise<OwnerProcess> {
    const started = await OwnerProcess.start();
    processes.push(started);
    return started;
  }

  it("is had once in a process, by whatever path", async () => {
    const before = Date.now();
    const persistence = await openFolder(path);
    symlinkSync(path, folder.at("link"));
    for (const other of [path, `${path}/../data/`, folder.at("link")]) {
      const error = await openFolder(other).catch((refused: unknown) => refused);
      assert.ok(error instanceof AhnlichError && error.code === "LOCKED");
      assert.equal(error.details.pid, process.pid);
      const since = Date.parse(String(error.details.since));
      assert.ok(since >= before && since <= Date.now());
      assert.match(error.message, new RegExp(`process ${process.pid} `));
    }
    await persistence.close();
    await (await openFolder(folder.at("link"))).close();
  });

  it("is had once in a process when both ask at the same moment", async () => {
    const both = await Promise.allSettled([openFolder(path), openFolder(path)]);
    const opened = both.filter((outcome) => outcome.status === "fulfilled");
    assert.equal(opened.length, 1);
    for (const { value } of opened) await value.close();
  });

  it("is another's while that process lives, also when it is stopped, and is free when it is killed", async () => {
    const owner = await start();
    assert.equal(await owner.tell({ open: path }), "opened");
    const refused = async (): Promise<void> => {
      await assert.rejects(openFolder(path), (error) => {
        return (
          error instanceof AhnlichError &&
          error.code === "LOCKED" &&
          error.details.pid === owner.pid
        );
      });
    };
    await refused();
    owner.signal("SIGSTOP");
    await refused();
    owner.signal("SIGCONT");
    await refused();
    await owner.kill();
    const persistence = await openFolder(path);
    assert.equal(readdirSync(path).filter((name) => name.endsWith(".sock")).length, 1);
    await persistence.close();
    assert.deepEqual(readdirSync(path).sort(), ["data.mdb", "data.mdb-lock"]);
  });

  it("is not waited for where its owner stands still in a commit and its socket is removed", async () => {
    const owner = await start();
    await owner.tell({ open: path });
    assert.equal(await owner.tell({ hold: `${path}/data.mdb` }), "held");
    for (const name of readdirSync(path)) {
      if (name.endsWith(".sock")) rmSync(`${path}/${name}`);
    }
    const error = await openFolder(path).catch((refused: unknown) => refused);
    assert.ok(error instanceof AhnlichError && error.code === "LOCKED");
    assert.match(error.message, /stands still in the middle of a commit/);
    await owner.kill();
    await (await openFolder(path)).close();
  });

  it("is found out without a look at the environment, which could undo what its owner commits", async () => {
    const nonce = "0".repeat(32);
    mkdirSync(path);
    writeFileSync(`${path}/data.mdb`, "no environment");
    const bell = realDoorbell.hang(`${path}/owner-${nonce}.sock`);
    const owner = { nonce, pid: 4711, host: "elsewhere", started: 0 };
    writeFileSync(`${path}/owner-${nonce}.json`, JSON.stringify(owner));
    const error = await openFolder(path).catch((refused: unknown) => refused);
    assert.ok(error instanceof AhnlichError && error.code === "LOCKED");
    assert.match(error.message, /is owned by process 4711 on elsewhere since 1970-01-01/);
    await bell.close();
    await assert.rejects(openFolder(path), hasCode("CORRUPT"));
    assert.deepEqual(
      readdirSync(path).filter((name) => name.endsWith(".sock")),
      [],
    );
  });

  it("is given back at close", async () => {
    const owner = await start();
    await owner.tell({ open: path });
    assert.equal(await owner.tell("close"), "closed");
    await (await openFolder(path)).close();
    assert.deepEqual(await readOwnerRow(`${path}/data.mdb`), { epoch: 2, owner: undefined });
    assert.equal(await owner.tell({ open: path }), "opened");
  });

  it("is won by exactly one of many that come at once, also after a killed owner", async () => {
    const crowd = await Promise.all(Array.from({ length: 5 }, start));
    for (let round = 0; round < 2; round++) {
      const answers = await Promise.all(crowd.map((each) => each.tell({ open: path })));
      const [winner, ...others] = crowd.filter((_, index) => answers[index] === "opened");
      assert.ok(winner !== undefined && others.length === 0, JSON.stringify(answers));
      for (const answer of answers.filter((each) => each !== "opened")) {
        const isLocked = typeof answer === "object" && answer.code === "LOCKED";
        assert.ok(isLocked, JSON.stringify(answer));
        assert.equal(answer.details.pid, winner.pid);
      }
      await winner.kill();
      crowd.splice(crowd.indexOf(winner), 1);
    }
  });

  it("reaches a folder whose path is longer than a socket's may be, and leaves nothing elsewhere", async () => {
    const long = folder.at("a".repeat(100), "b".repeat(100));
    const temporary = folder.at("tmp");
    mkdirSync(temporary);
    const before = process.env.TMPDIR;
    process.env.TMPDIR = temporary;
    try {
      const owner = await start();
      assert.equal(await owner.tell({ open: long }), "opened");
      await assert.rejects(openFolder(long), hasCode("LOCKED"));
      // Over a shorter way to the same folder the owner is found as well.
      symlinkSync(long, folder.at("short"));
      await assert.rejects(openFolder(folder.at("short")), hasCode("LOCKED"));
      await owner.kill();
      const persistence = await openFolder(long);
      assert.deepEqual(readdirSync(temporary), []);
      await persistence.close();
      assert.deepEqual(readdirSync(temporary), []);
      assert.deepEqual(readdirSync(long).sort(), ["data.mdb", "data.mdb-lock"]);
    } finally {
      if (before === undefined) delete process.env.TMPDIR;
      else process.env.TMPDIR = before;
    }
  });

  for (const [size, threads] of [
    [3, 1],
    [6_000, 1],
    [6_000, 0],
  ] as const) {
    it(`once lost refuses a commit of ${size} rows with ${threads} threads, which changes nothing`, async () => {
      const persistence = await openFolder(path, threads);
      const row = encodeOwnerRow({
        epoch: 7,
        owner: { nonce: "0".repeat(32), pid: 1, host: "elsewhere", started: 0 },
      });
      const other = await LmdbEnvironment.open(`${path}/data.mdb`);
      other.transact(() => other.putOwner(7, row));
      await other.close();
      await assert.rejects(persistence.commit(manyRows(size)), hasCode("LOCKED"));
      await assert.rejects(persistence.commit(new WriteBatch()), hasCode("LOCKED"));
      const snapshot = persistence.snapshot();
      assert.equal(snapshot.get("entries", numberKey(0)), undefined);
      snapshot.release();
      await persistence.close();
      const left = await readOwnerRow(`${path}/data.mdb`);
      assert.equal(left.owner?.host, "elsewhere");
    });
  }

  it("is not taken where no bell can be hung, and the folder stays free", async () => {
    const mute = { ...realDoorbell, hang: () => assert.fail("no bells here") };
    const ports = { random: { bytes: (count: number) => new Uint8Array(count) }, clock: Date };
    await assert.rejects(
      openLmdb({ path, threads: 0, doorbell: mute, ...ports }),
      hasCode("IO_ERROR"),
    );
    await (await openFolder(path)).close();
  });

  it("cannot be read from a row that is not ours to read", () => {
    for (const row of [
      "",
      "{}",
      "null",
      '{"format":2,"epoch":1,"owner":null}',
      '{"format":1,"epoch":1,"owner":{}}',
    ]) {
      assert.throws(() => decodeOwnerRow(Buffer.from(row), path), hasCode("CORRUPT"));
    }
    assert.deepEqual(decodeOwnerRow(undefined, path), { epoch: 0, owner: undefined });
  });
});

function hasCode(code: string): (error: unknown) => boolean {
  return (error) => error instanceof AhnlichError && error.code === code;
}
