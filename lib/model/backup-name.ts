import { refusal } from "./check-argument.js";

/**
 * The name of a folder and nothing else: it leads nowhere but into the folder that it lies in.
 *
 * @throws INVALID_ARGUMENT
 */
export function checkBackupName(name: unknown): string {
  if (typeof name === "string" && plainName.test(name)) return name;
  throw refusal("name", "1 to 128 of A-Z a-z 0-9 _ . -, the first of them no dot", name);
}

const plainName = /^[A-Za-z0-9_-][A-Za-z0-9_.-]{0,127}$/;
