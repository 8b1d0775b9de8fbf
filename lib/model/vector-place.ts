/** Where the float32 vectors of a store lie that searches compare in the end. */
export type VectorPlace = "memory" | "disk";

export const vectorPlaces: readonly VectorPlace[] = ["memory", "disk"];
