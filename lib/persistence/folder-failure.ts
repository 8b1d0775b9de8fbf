import { AhnlichError, type ErrorCode } from "../model/errors.js";
import { diskFailure } from "./disk-failure.js";

/** What the file system or lmdb has thrown while we were `doing` something at the path, as what it was in truth. */
export async function folderFailure(
  thrown: unknown,
  path: string,
  doing: string,
): Promise<AhnlichError> {
  if (thrown instanceof AhnlichError) return thrown;
  const reason = thrown instanceof Error && "code" in thrown ? String(thrown.code) : "";
  const code = systemCodes.get(reason);
  if (code === undefined) return diskFailure(thrown, path, doing);
  const came = thrown instanceof Error ? thrown.message : String(thrown);
  return new AhnlichError(code, `${doing} ${path} failed: ${came}`, {
    details: { path, reason },
    cause: thrown,
  });
}

/**
 * What the system says of a folder, as lmdb-js by number and Node by name. ENOENT is what file systems answer that let
 * nobody make folders, such as /proc.
 */
export const systemCodes: ReadonlyMap<string, ErrorCode> = new Map<string, ErrorCode>([
  ["EEXIST", "INVALID_ARGUMENT"],
  ["ENOTDIR", "INVALID_ARGUMENT"],
  ["EISDIR", "INVALID_ARGUMENT"],
  ["ENAMETOOLONG", "INVALID_ARGUMENT"],
  ["ELOOP", "INVALID_ARGUMENT"],
  ["ERR_INVALID_ARG_VALUE", "INVALID_ARGUMENT"],
  ["EACCES", "READ_ONLY"],
  ["EPERM", "READ_ONLY"],
  ["EROFS", "READ_ONLY"],
  ["ENOENT", "READ_ONLY"],
  ["ENOSPC", "DISK_FULL"],
  ["EDQUOT", "DISK_FULL"],
  ["13", "READ_ONLY"],
  ["17", "INVALID_ARGUMENT"],
  ["28", "DISK_FULL"],
  ["30", "READ_ONLY"],
]);
