import { AhnlichError } from "../model/errors.js";
import type { Limits } from "../model/limits.js";
import type { Doorbell } from "./doorbell.js";
import { locked } from "./locked.js";
import type { Owner } from "./owner-row.js";
import { type Resident, residentsOf } from "./residents.js";

/** Who lives in the folder; undefined where nobody does. */
export async function findResident(
  folder: string,
  doorbell: Doorbell,
): Promise<Resident | undefined> {
  const residents = await residentsOf(folder, doorbell);
  return residents.find(({ owner }) => owner !== undefined) ?? residents[0];
}

/**
 * Why this owner does not let this process in, if it lives: LOCKED where it does not share the folder,
 * INVALID_ARGUMENT where it has other limits; undefined where it does.
 */
export function refusalOf(folder: string, owner: Owner, limits: Limits): AhnlichError | undefined {
  const { shared, pid } = owner;
  if (shared === undefined) {
    return locked(folder, owner, ", which opened it without `shared`, so that nobody can join it");
  }
  for (const [name, bound] of Object.entries(shared.limits)) {
    const ours = limits[name as keyof Limits];
    // One that this version does not know it cannot differ in.
    if (ours === undefined || ours === bound) continue;
    const sentence = `limits.${name}: expected ${bound}, as process ${pid} has that owns ${folder}, got ${ours}`;
    const details = { limit: name, expected: bound, got: ours, path: folder, pid };
    return new AhnlichError("INVALID_ARGUMENT", sentence, { details });
  }
  return undefined;
}
