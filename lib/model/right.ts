/** What a user may do in a namespace, or in all of them; each holds those before it. */
export type Right = (typeof rightNames)[number];

export const rightNames = ["read", "write", "admin"] as const;

/** Whether who holds `held` may do what wants `wanted`. */
export function includesRight(held: Right | undefined, wanted: Right): boolean {
  return held !== undefined && rightNames.indexOf(held) >= rightNames.indexOf(wanted);
}
