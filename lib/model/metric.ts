/** How nearness is measured. Smaller is nearer: cosine 1 - cos, euclidean L2, dot -(a.b). */
export type Metric = "cosine" | "euclidean" | "dot";

export const metrics: readonly Metric[] = ["cosine", "euclidean", "dot"];
