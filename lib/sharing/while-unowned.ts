import { AhnlichError } from "../model/errors.js";
import { Claim, type ClaimOptions } from "./claim.js";
import { locked } from "./locked.js";
import { residentsOf } from "./residents.js";

/**
 * Does what opens the environment of a folder without owning it, while no other process can commit to it: opening it
 * beside one that does may undo what that has committed. Once it is open, an owner may come.
 *
 * @throws LOCKED where another process has the folder open
 */
export async function whileUnowned<T>(options: ClaimOptions, work: () => Promise<T>): Promise<T> {
  const claim = await claimOf(options);
  try {
    return await work();
  } finally {
    await claim?.end();
  }
}

/** Undefined where nothing can be written, and nobody writes behind that. */
async function claimOf(options: ClaimOptions): Promise<Claim | undefined> {
  try {
    return await Claim.make(options);
  } catch (error) {
    if (error instanceof AhnlichError && error.code === "LOCKED") throw error;
  }
  const { folder, doorbell } = options;
  for (const { owner } of await residentsOf(folder, doorbell)) {
    if (owner !== undefined) throw locked(folder, owner);
  }
  return undefined;
}
