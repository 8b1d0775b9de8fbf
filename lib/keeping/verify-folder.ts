import type { Verification } from "../model/answers.js";
import { checkPath } from "../model/check-argument.js";
import { AhnlichError } from "../model/errors.js";
import { fileIn } from "./file-in.js";
import { holdFolder } from "./hold-folder.js";
import { type VerifyOptions, verifyFile } from "./verify-file.js";

/**
 * Verifies the rows of a folder without an engine in it, one that no engine would open too. What is wrong is answered,
 * not thrown.
 *
 * @throws INVALID_ARGUMENT where the folder has no file of ours · LOCKED where somebody has it open · IO_ERROR
 */
export async function verifyFolder(
  folder: string,
  options: VerifyOptions = {},
): Promise<Verification> {
  try {
    const file = await fileIn(checkPath(folder, "folder"));
    const held = await holdFolder(folder).catch(unlessLocked);
    try {
      return await verifyFile(file, options);
    } finally {
      await held?.close();
    }
  } catch (error) {
    if (options.signal?.aborted) throw error;
    const isOurs = error instanceof AhnlichError && error.code !== "CORRUPT";
    if (isOurs || !(error instanceof Error)) throw error;
    return { entries: 0, problems: [`${folder} cannot be read: ${error.message}`] };
  }
}

/** What cannot be owned, being damaged or on a disk that is only read, has no owner who writes either. */
function unlessLocked(error: unknown): undefined {
  if (error instanceof AhnlichError && error.code === "LOCKED") throw error;
}
