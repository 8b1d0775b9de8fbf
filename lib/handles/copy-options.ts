import { AhnlichError } from "../model/errors.js";
import { checkObject, unknownOption } from "./call.js";

/**
 * The options of an iteration, copied, the signal excepted: its later steps must ask what the first one asked,
 * whatever the caller does to its objects meanwhile.
 *
 * @throws INVALID_ARGUMENT when they are no plain data, or hold one of `without`, which the iteration sets itself
 */
export function copyOptions(options: unknown, without: readonly string[]): Record<string, unknown> {
  if (options === undefined) return {};
  checkObject(options);
  for (const name of without) if (options[name] !== undefined) throw unknownOption(name);
  const { signal, ...rest } = options;
  try {
    return { ...structuredClone(rest), signal };
  } catch (cause) {
    const sentence = "options: expected plain data beside the signal";
    throw new AhnlichError("INVALID_ARGUMENT", sentence, { cause });
  }
}
