import { describe } from "./describe.js";
import { AhnlichError } from "./errors.js";
import { checkLimit, type Limits } from "./limits.js";
import type { MetadataValue } from "./metadata.js";
import { isPlainObject, namesOf } from "./plain-object.js";

/** What becomes of a property whose value is undefined. In an array undefined is refused anyway. */
export type UndefinedProperty = "drop" | "refuse";

/**
 * A deep copy of one metadata value, sharing nothing with the caller's: JSON, dates and bytes.
 * -0 becomes 0, as no encoding in between need keep it; a Buffer becomes a plain Uint8Array.
 *
 * @throws INVALID_ARGUMENT with the dotted path of what is no metadata.
 * @throws LIMIT_EXCEEDED when it is nested too deep, or surely too large once encoded. The second
 * bound also ends values that repeat a part of theirs so often that they would never end.
 */
export function copyValue(
  value: unknown,
  limits: Limits,
  what: string,
  undefinedProperty: UndefinedProperty,
): MetadataValue {
  return new ValueCopier(limits, what, undefinedProperty).copy(value);
}

/**
 * As `copyValue` of an object that holds nothing but texts, numbers, booleans and nulls, as most metadata does;
 * undefined where it holds anything else, or anything that is refused.
 */
export function copyFlat(
  value: { readonly [name: string]: unknown },
  limits: Limits,
): { [name: string]: MetadataValue } | undefined {
  if (Object.getOwnPropertySymbols(value).length > 0) return undefined;
  const copy: { [name: string]: MetadataValue } = {};
  let bytes = 1;
  for (const name in value) {
    if (!hasOwn.call(value, name)) continue;
    const element = value[name];
    if (!isPlainName(name)) return undefined;
    if (typeof element === "string") {
      if (!element.isWellFormed()) return undefined;
      bytes += element.length;
      copy[name] = element;
    } else if (typeof element === "number") {
      if (!Number.isFinite(element)) return undefined;
      copy[name] = element + 0; // -0 + 0 is 0
    } else if (typeof element === "boolean" || element === null) copy[name] = element;
    else return undefined;
    bytes++;
  }
  return bytes <= limits.metadataBytes && limits.metadataDepth > 0 ? copy : undefined;
}

/** Within a `for in` it costs next to nothing, and no list of names is made. */
const hasOwn = Object.prototype.hasOwnProperty;

/** One that may stand, and that can be assigned. */
function isPlainName(name: string): boolean {
  return name !== "" && name[0] !== "$" && name !== "__proto__" && name.isWellFormed();
}

class ValueCopier {
  readonly #limits: Limits;
  readonly #what: string;
  readonly #undefinedProperty: UndefinedProperty;
  /** The names and indexes that lead to the value at hand. */
  readonly #path: (string | number)[] = [];
  /** The objects and arrays around the value at hand. */
  readonly #holders: object[] = [];
  /** The least that the values so far take in any encoding: a byte each, and what texts hold. */
  #bytes = 0;

  constructor(limits: Limits, what: string, undefinedProperty: UndefinedProperty) {
    this.#limits = limits;
    this.#what = what;
    this.#undefinedProperty = undefinedProperty;
  }

  copy(value: unknown): MetadataValue {
    switch (typeof value) {
      case "string":
        this.#grow(1 + value.length);
        if (!value.isWellFormed()) this.#fail("the text is not well-formed Unicode");
        return value;
      case "number":
        this.#grow(1);
        if (!Number.isFinite(value)) this.#fail(`expected a finite number, got ${value}`);
        return value + 0; // -0 + 0 is 0
      case "boolean":
        this.#grow(1);
        return value;
      case "object":
        this.#grow(1);
        return value === null ? null : this.#copyObject(value);
      default:
        this.#fail(`expected JSON, a Date or a Uint8Array, got ${describe(value)}`);
    }
  }

  #copyObject(value: object): MetadataValue {
    if (Array.isArray(value)) return this.#copyArray(value);
    if (isPlainObject(value)) return this.#copyProperties(value);
    if (value instanceof Date || tagOf(value) === "[object Date]") return this.#copyDate(value);
    if (ArrayBuffer.isView(value) && tagOf(value) === "[object Uint8Array]") {
      this.#grow(value.byteLength);
      return new Uint8Array(value as Uint8Array);
    }
    this.#fail(`expected JSON, a Date or a Uint8Array, got ${describe(value)}`);
  }

  #copyProperties(value: { readonly [name: string]: unknown }): MetadataValue {
    this.#enter(value);
    const copy: { [name: string]: MetadataValue } = {};
    for (const name of this.#names(value)) {
      const given = value[name];
      if (given === undefined && this.#undefinedProperty === "drop") continue;
      this.#path.push(name);
      this.#checkName(name);
      const element = this.copy(given);
      this.#path.pop();
      // Assigned, this name would set the prototype.
      if (name === "__proto__") defineField(copy, name, element);
      else copy[name] = element;
    }
    this.#holders.pop();
    return copy;
  }

  #names(value: object): string[] {
    // The path is worth writing down only where it is needed.
    return Object.getOwnPropertySymbols(value).length === 0
      ? Object.keys(value)
      : namesOf(value, this.#here());
  }

  #copyArray(value: readonly unknown[]): MetadataValue {
    this.#enter(value);
    const copy: MetadataValue[] = [];
    for (let i = 0; i < value.length; i++) {
      this.#path.push(i);
      copy.push(this.copy(value[i]));
      this.#path.pop();
    }
    this.#holders.pop();
    return copy;
  }

  #copyDate(value: object): Date {
    const time = timeOf(value);
    if (time === undefined) this.#fail("expected a valid Date, got an invalid one");
    return new Date(time);
  }

  #enter(holder: object): void {
    if (this.#holders.includes(holder)) this.#fail("the value contains itself");
    this.#holders.push(holder);
    if (this.#holders.length > this.#limits.metadataDepth) {
      checkLimit(this.#limits, "metadataDepth", this.#holders.length, this.#here());
    }
  }

  #checkName(name: string): void {
    if (name === "") this.#fail("a field name is not empty");
    if (name.startsWith("$")) this.#fail("a field name does not begin with $");
    if (!name.isWellFormed()) this.#fail("the field name is not well-formed Unicode");
  }

  #grow(bytes: number): void {
    this.#bytes += bytes;
    if (this.#bytes <= this.#limits.metadataBytes) return;
    checkLimit(this.#limits, "metadataBytes", this.#bytes, `${this.#here()}: bytes up to here`);
  }

  #here(): string {
    let text = this.#what;
    for (const step of this.#path) text += typeof step === "number" ? `[${step}]` : `.${step}`;
    return text;
  }

  #fail(sentence: string): never {
    const path = this.#here();
    throw new AhnlichError("INVALID_ARGUMENT", `${path}: ${sentence}`, { details: { path } });
  }
}

function defineField(copy: object, name: string, value: MetadataValue): void {
  Object.defineProperty(copy, name, {
    value,
    enumerable: true,
    configurable: true,
    writable: true,
  });
}

/** Tells dates and typed arrays of another realm too. */
function tagOf(value: object): string {
  return Object.prototype.toString.call(value);
}

/** The date's milliseconds; undefined where it is invalid or only looks like a date. */
function timeOf(value: object): number | undefined {
  try {
    const time = Date.prototype.getTime.call(value);
    return Number.isNaN(time) ? undefined : time;
  } catch {
    return undefined;
  }
}
