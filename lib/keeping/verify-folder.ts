import type { Verification } from "../model/answers.js";
import { AhnlichError } from "../model/errors.js";
import { checkPath } from "./check-path.js";
import { fileIn } from "./file-in.js";
import { unowned } from "./unowned.js";
import { verifyFile } from "./verify-file.js";

/**
 * Verifies the rows of a folder without opening an engine in it and without changing it: one that would not open
 * too. What is wrong is answered, not thrown.
 *
 * @throws LOCKED where another process has it open · INVALID_ARGUMENT where the folder has no file of ours · READ_ONLY
 * or IO_ERROR where it cannot be read
 */
export async function verifyFolder(
  folder: string,
  options: { onProgress?: (entries: number) => void; signal?: AbortSignal } = {},
): Promise<Verification> {
  try {
    const file = await fileIn(checkPath(folder, "folder"));
    return await unowned(file, () => verifyFile(file, options));
  } catch (error) {
    if (options.signal?.aborted) throw error;
    const isOurs = error instanceof AhnlichError && error.code !== "CORRUPT";
    if (isOurs || !(error instanceof Error)) throw error;
    return { entries: 0, problems: [`${folder} cannot be read: ${error.message}`] };
  }
}
