import { LmdbEnvironment } from "../../lib/persistence/lmdb.js";
import { decodeOwnerRow, type OwnerRow } from "../../lib/sharing/owner-row.js";

/** The owner row of an environment that nobody has open. */
export async function readOwnerRow(file: string): Promise<OwnerRow> {
  const environment = await LmdbEnvironment.open(file);
  try {
    return decodeOwnerRow(environment.ownerRow, file);
  } finally {
    await environment.close();
  }
}
