import { bellPath } from "./bell-path.js";
import type { Doorbell } from "./doorbell.js";
import { noncesIn, readNote } from "./owner-notes.js";
import type { Owner } from "./owner-row.js";

/** A process that lives in a folder. */
export interface Resident {
  readonly nonce: string;
  /** Undefined while it is only about to own the folder, or gives it up. */
  readonly owner: Owner | undefined;
}

/** Those whose bell answers; one of them need not be asked. */
export async function residentsOf(
  folder: string,
  doorbell: Doorbell,
  except?: string,
): Promise<Resident[]> {
  const rung = noncesIn(folder).map(async (nonce) => {
    if (nonce === except) return [];
    using bell = bellPath(folder, nonce);
    return (await doorbell.answers(bell.path)) ? { nonce, owner: readNote(folder, nonce) } : [];
  });
  return (await Promise.all(rung)).flat();
}
