import { describe } from "./describe.js";
import { AhnlichError } from "./errors.js";
import { checkLimit, type Limits } from "./limits.js";

/** Strings and ids are ordered by their UTF-8 bytes, which is the order of their code points. */
export function compareText(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const left = a.charCodeAt(i);
    const right = b.charCodeAt(i);
    if (left !== right) return rank(left) - rank(right);
  }
  return a.length - b.length;
}

/** UTF-16 sorts surrogates below U+E000..U+FFFF, UTF-8 above them: lift them over. */
function rank(unit: number): number {
  return unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit;
}

/** The bytes that `text` takes in UTF-8. */
export function textBytes(text: string): number {
  let bytes = text.length;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit < 0x80) continue;
    bytes += unit < 0x800 || (unit >= 0xd800 && unit <= 0xdfff) ? 1 : 2;
  }
  return bytes;
}

/** @throws INVALID_ARGUMENT when it is no id: 1 to `limits.idBytes` bytes of well-formed UTF-8. */
export function checkId(id: unknown, limits: Limits, what: string): string {
  if (typeof id !== "string") {
    const got = describe(id);
    throw new AhnlichError("INVALID_ARGUMENT", `${what}: expected an id (a string), got ${got}`);
  }
  if (id === "") throw new AhnlichError("INVALID_ARGUMENT", `${what}: an id is not empty`);
  checkText(id, what);
  checkLimit(limits, "idBytes", textBytes(id), what);
  return id;
}

/** @throws INVALID_ARGUMENT when the text has a lone surrogate, which UTF-8 cannot hold. */
export function checkText(text: string, what: string): void {
  if (text.isWellFormed()) return;
  throw new AhnlichError("INVALID_ARGUMENT", `${what}: the text is not well-formed Unicode`);
}
