import assert from "node:assert/strict";
import { AhnlichError } from "../../lib/model/errors.js";
import { DiskRoom, isNearlyFull } from "../../lib/persistence/disk-room.js";

const mebibyte = 1024 * 1024;

describe("the room on a disk", () => {
  let disk: { total: number; free: number; spare: number; asked: number };
  let room: DiskRoom;

  beforeEach(() => {
    disk = { total: 100 * mebibyte, free: 50 * mebibyte, spare: 0, asked: 0 };
    const measure = () => {
      disk.asked++;
      return { bsize: 1, blocks: disk.total, bavail: disk.free };
    };
    room = new DiskRoom("/data", () => disk.spare, measure);
  });

  const refuses = (bytes: number) => {
    assert.throws(
      () => room.check(bytes),
      (error) => error instanceof AhnlichError && error.code === "DISK_FULL" && error.retryable,
    );
  };

  it("ends at 5 % of a small disk", () => {
    disk.free = 5 * mebibyte + 1_000;
    room.check(1_000);
    refuses(1_001);
  });

  it("ends at 256 MiB of a large one", () => {
    disk.total = 1_000_000 * mebibyte;
    disk.free = 256 * mebibyte + 1_000;
    room.check(1_000);
    refuses(1_001);
  });

  it("is asked for seldom while there is much of it", () => {
    for (let i = 0; i < 100; i++) room.check(10_000);
    assert.ok(disk.asked < 5, `${disk.asked}`);
  });

  it("is asked for again before what is left can be used up", () => {
    for (let written = 0; written < 44 * mebibyte; written += mebibyte) {
      room.check(mebibyte);
      disk.free -= mebibyte;
    }
    disk.free -= mebibyte;
    refuses(mebibyte);
  });

  it("is there again as soon as the disk is freed", () => {
    disk.free = 0;
    refuses(1);
    disk.free = 50 * mebibyte;
    room.check(1);
  });

  it("is a quarter of what is spare within the file beside the reserve, where the disk is full", () => {
    disk.free = 1_000;
    refuses(1);
    disk.spare = 5 * mebibyte + 4_000;
    room.check(1_000);
    refuses(1_001);
  });

  it("is taken for endless where the disk does not say", () => {
    disk.total = 0;
    disk.free = 0;
    room.check(mebibyte);
    room = new DiskRoom(
      "/data",
      () => 0,
      () => {
        throw new Error("no such call");
      },
    );
    room.check(mebibyte);
    assert.equal(isNearlyFull("/nowhere at all"), false);
  });
});
