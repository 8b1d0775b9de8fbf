import { AhnlichError } from "../../lib/model/errors.js";
import type { Persistence } from "../../lib/persistence/persistence.js";
import { openFolder } from "./open-folder.js";

/** What a process that runs this file is told, one at a time. */
export type OwnerOrder = { readonly open: string } | "close";

/** What it answers: at its start, and to every order. */
export type OwnerAnswer =
  | "ready"
  | "opened"
  | "closed"
  | { readonly code: string; readonly details: AhnlichError["details"] };

let persistence: Persistence | undefined;

process.on("message", async (order: OwnerOrder) => answer(await obey(order)));
answer("ready");

async function obey(order: OwnerOrder): Promise<OwnerAnswer> {
  if (order === "close") {
    await persistence?.close();
    return "closed";
  }
  try {
    persistence = await openFolder(order.open);
    return "opened";
  } catch (error) {
    if (error instanceof AhnlichError) return { code: error.code, details: error.details };
    throw error;
  }
}

function answer(what: OwnerAnswer): void {
  process.send?.(what);
}
