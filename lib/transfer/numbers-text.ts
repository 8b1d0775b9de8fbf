import { powersOfTen, readsBack, shortestNumber } from "./shortest-number.js";

/**
 * The numbers of a vector with commas between, each as `shortestNumber` gives it, -0 as "-0". Their
 * digits are written as bytes: a string for each of them would take twice as long.
 */
export function numbersText(vector: Float32Array): string {
  const bytesMax = vector.length * numberBytesMax;
  if (scratch.length < bytesMax) scratch = Buffer.allocUnsafeSlow(bytesMax);
  let at = 0;
  for (let i = 0; i < vector.length; i++) {
    if (i > 0) scratch[at++] = comma;
    at = writeNumber(vector[i], at);
  }
  return scratch.toString("latin1", 0, at);
}

/** Writes the number there; where it ends. */
function writeNumber(x: number, start: number): number {
  const positive = Math.abs(x);
  // Outside of it JavaScript writes an exponent, or there is no fraction.
  if (!(positive >= 1e-6 && positive < 1e8)) return writeAny(x, start);
  let places = 9 - Math.floor(Math.log10(positive));
  let digits = 0;
  for (let tried = places - 1; tried > 0; tried--) {
    const rounded = Math.round(positive * powersOfTen[tried]);
    if (!readsBack(rounded / powersOfTen[tried], positive)) break;
    digits = rounded;
    places = tried;
  }
  while (places > 0 && digits % 10 === 0) {
    digits /= 10;
    places--;
  }
  if (places === 0 || digits === 0) return writeAny(x, start);
  let at = start;
  if (x < 0) scratch[at++] = minus;
  const whole = Math.floor(digits / powersOfTen[places]);
  at = writeDigits(whole, whole < 10 ? 1 : String(whole).length, at);
  scratch[at++] = point;
  return writeDigits(digits - whole * powersOfTen[places], places, at);
}

/** The last `count` digits of a whole number, zeros before it where it has fewer. */
function writeDigits(number: number, count: number, at: number): number {
  let left = number;
  for (let i = at + count - 1; i >= at; i--) {
    const rest = Math.floor(left / 10);
    scratch[i] = zero + left - 10 * rest;
    left = rest;
  }
  return at + count;
}

function writeAny(x: number, at: number): number {
  return at + scratch.write(Object.is(x, -0) ? "-0" : String(shortestNumber(x)), at, "latin1");
}

/** The longest is one like -1.17549435e-38, with a comma; none has 22 digits before its point. */
const numberBytesMax = 32;
let scratch = Buffer.allocUnsafeSlow(4_096 * numberBytesMax);
const [comma, minus, point, zero] = Buffer.from(",-.0");
