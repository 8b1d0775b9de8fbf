import { failAt } from "./fail-at.js";
import { checkLimit, type Limits } from "./limits.js";

/**
 * The name of a field, dotted or not.
 *
 * @throws INVALID_ARGUMENT for one that is empty or not well-formed; LIMIT_EXCEEDED for one longer than any metadata,
 * or of more parts than metadata has levels
 */
export function checkFieldName(field: string, limits: Limits, path: string, what: string): void {
  if (field === "") failAt(path, "a field name is not empty");
  checkLimit(limits, "metadataBytes", field.length, `${what}: length of a field name`);
  if (!field.isWellFormed()) failAt(path, "the field name is not well-formed Unicode");
  const parts = field.split(".").length;
  checkLimit(limits, "metadataDepth", parts, `${path}: parts of a dotted name`);
}
