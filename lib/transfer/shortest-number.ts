/**
 * Of all decimals that read back as the float32 `x`, the shortest, as the double that prints as it:
 * 0.1 for the float32 next to a tenth, where the double of that float32 is 0.10000000149011612.
 * Read as a double and rounded to float32, or read as a float32 at once, it gives `x` to the bit.
 */
export function shortestNumber(x: number): number {
  const exponent = Math.floor(Math.log10(Math.abs(x)));
  // Powers of ten are exact doubles up to the 22nd; what is beyond is rare.
  if (!(exponent > -13 && exponent < 22)) return x === 0 ? x : shortestByText(x);
  let shortest = x;
  for (let digits = 9; digits > 0; digits--) {
    const decimal = roundTo(x, digits - 1 - exponent);
    if (!readsBack(decimal, x)) break;
    shortest = decimal;
  }
  return shortest;
}

/** `x` with that many places behind the point; below 0 before it. A half goes away from zero, whatever the sign. */
function roundTo(x: number, places: number): number {
  const positive = Math.abs(x);
  const rounded =
    places < 0
      ? Math.round(positive / powersOfTen[-places]) * powersOfTen[-places]
      : Math.round(positive * powersOfTen[places]) / powersOfTen[places];
  return x < 0 ? -rounded : rounded;
}

/** Whether both ways to read it give `x`: what is rounded to halfway between two float32 may lie on either side. */
export function readsBack(decimal: number, x: number): boolean {
  if (Math.fround(decimal) !== x) return false;
  if (Number.isSafeInteger(decimal)) return true;
  double[0] = decimal;
  return (words[lowWord] & 0x1fffffff) !== 0x10000000;
}

function shortestByText(x: number): number {
  for (let digits = 1; digits < 9; digits++) {
    const decimal = Number(x.toPrecision(digits));
    if (readsBack(decimal, x)) return decimal;
  }
  return Number(x.toPrecision(9));
}

export const powersOfTen: readonly number[] = Array.from({ length: 23 }, (_, power) =>
  Number(`1e${power}`),
);
const double = new Float64Array(1);
const words = new Uint32Array(double.buffer);
const lowWord = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1 ? 0 : 1;
