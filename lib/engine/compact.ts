import type { Persistence } from "../persistence/persistence.js";
import type { Publication } from "./publication.js";

/** Compacts the file, and lets go of the one before. Nothing is given back where there is no file. */
export async function compact(
  persistence: Persistence,
  publication: Publication,
): Promise<{ bytes: number }> {
  const bytes = (await persistence.compact?.()) ?? 0;
  publication.refresh();
  return { bytes };
}
