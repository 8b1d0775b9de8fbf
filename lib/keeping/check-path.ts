import { refusal } from "../model/check-argument.js";

/** @throws INVALID_ARGUMENT where it cannot name a folder */
export function checkPath(path: unknown, name: string): string {
  if (typeof path === "string" && path !== "" && !path.includes("\0")) return path;
  throw refusal(name, "the name of a folder", path);
}
