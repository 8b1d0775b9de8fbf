import { AhnlichError } from "../model/errors.js";

/** The deepest nesting that is encoded or decoded. */
export const depthMax = 100;

/** What `inspect` finds, as bits. */
export const undefinedProperty = 1;
export const unencodable = 2;

/** The most values that are encoded at once: a value that holds another many times counts it as often. */
export const valuesMax = 16_000_000;

/**
 * Looks through a value before it is encoded, with so many levels around it; 0 where msgpackr's way
 * of writing it is ours.
 */
export function inspect(value: unknown, depth = 0): number {
  visited = 0;
  return visit(value, depth);
}

function visit(value: unknown, depth: number): number {
  if (++visited > valuesMax) return unencodable;
  switch (typeof value) {
    case "string":
      return value.isWellFormed() ? 0 : unencodable;
    case "number":
    case "boolean":
    case "undefined":
      return 0;
    case "object":
      return value === null ? 0 : inspectObject(value, depth);
    default:
      return unencodable;
  }
}

/** How many values the last `inspect` has looked at, the outermost among them. */
export function valuesSeen(): number {
  return visited;
}

/** The error for a value of more than `valuesMax`. */
export function beyondValues(path: string): AhnlichError {
  return beyond(path, `more than ${valuesMax} values`, valuesMax);
}

/** The error for the first value in here that cannot be encoded, with its path. */
export function findUnencodable(value: unknown, path: string, depth = 0): AhnlichError {
  if (depth > depthMax) return beyond(path, `nested deeper than ${depthMax} levels`, depthMax);
  if (visited > valuesMax) return beyondValues(path);
  const found = isContainer(value) ? findWithin(value, path, depth) : undefined;
  if (found !== undefined) return found;
  const expected = "null, boolean, number, text, Date, Uint8Array, array or plain object";
  return new AhnlichError(
    "INVALID_ARGUMENT",
    `${path}: expected ${expected}, got ${describe(value)}`,
  );
}

function inspectObject(value: object, depth: number): number {
  if (depth > depthMax) return unencodable;
  let found = 0;
  if (Array.isArray(value)) {
    for (let i = 0; i < value.length; i++) {
      if (value[i] === undefined) return unencodable;
      found |= visit(value[i], depth + 1);
      if (found >= unencodable) return found; // at once: a cycle has no end otherwise
    }
    return found;
  }
  if (value instanceof Uint8Array) return 0;
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? unencodable : 0;
  if (!isPlain(value)) return unencodable;
  for (const name of Object.keys(value)) {
    const element = (value as Record<string, unknown>)[name];
    if (!name.isWellFormed()) return unencodable;
    found |= element === undefined ? undefinedProperty : visit(element, depth + 1);
    if (found >= unencodable) return found;
  }
  return found;
}

function beyond(path: string, sentence: string, bound: number): AhnlichError {
  return new AhnlichError("LIMIT_EXCEEDED", `${path}: ${sentence}`, { details: { bound } });
}

function findWithin(value: object, path: string, depth: number): AhnlichError | undefined {
  if (Array.isArray(value)) {
    const at = value.findIndex(
      (element) => element === undefined || (visit(element, depth + 1) & unencodable) !== 0,
    );
    return at < 0 ? undefined : findUnencodable(value[at], `${path}[${at}]`, depth + 1);
  }
  for (const [name, element] of Object.entries(value)) {
    if (!name.isWellFormed()) return findUnencodable(name, `a name in ${path}`, depth + 1);
    if ((visit(element, depth + 1) & unencodable) === 0) continue;
    return findUnencodable(element, `${path}.${name}`, depth + 1);
  }
  return undefined;
}

function isContainer(value: unknown): value is object {
  return typeof value === "object" && value !== null && (Array.isArray(value) || isPlain(value));
}

/** True for the plain objects of every realm. */
export function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

function describe(value: unknown): string {
  if (typeof value === "string") return "text that is not well-formed Unicode";
  if (value instanceof Date) return "an invalid Date";
  if (typeof value !== "object" || value === null) return typeof value;
  return value.constructor?.name ?? "an object";
}

/** Values seen since `inspect` began. */
let visited = 0;
