import { AhnlichError } from "../../lib/model/errors.js";
import { LmdbEnvironment } from "../../lib/persistence/lmdb.js";
import type { Persistence } from "../../lib/persistence/persistence.js";
import { openFolder } from "./open-folder.js";

/** What a process that runs this file is told, one at a time. */
export type OwnerOrder = { readonly open: string } | { readonly hold: string } | "close";

/** What it answers: at its start, and to every order. */
export type OwnerAnswer =
  | "ready"
  | "opened"
  | "closed"
  | "held"
  | { readonly code: string; readonly message: string; readonly details: AhnlichError["details"] };

let persistence: Persistence | undefined;

process.on("message", async (order: OwnerOrder) => answer(await obey(order)));
answer("ready");

async function obey(order: OwnerOrder): Promise<OwnerAnswer> {
  if (order === "close") {
    await persistence?.close();
    return "closed";
  }
  if ("hold" in order) return hold(order.hold);
  try {
    persistence = await openFolder(order.open);
    return "opened";
  } catch (error) {
    if (!(error instanceof AhnlichError)) throw error;
    const { code, message, details } = error;
    return { code, message, details };
  }
}

/** Stands still in the middle of a commit, until it is killed. */
async function hold(file: string): Promise<OwnerAnswer> {
  const environment = await LmdbEnvironment.open(file);
  return environment.transact(() => {
    process.send?.("held");
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
    return "held";
  });
}

function answer(what: OwnerAnswer): void {
  process.send?.(what);
}
