/** What the present call of `advance` may still do, in multiplications of float32 numbers. */
let left: i32 = 0;

export function grant(budget: i32): void {
  left = budget;
}

@inline
export function spend(work: i32): void {
  left -= work;
}

@inline
export function isSpent(): bool {
  return left <= 0;
}
