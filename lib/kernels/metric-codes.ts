import type { Metric } from "../model/metric.js";
import * as layout from "./layout.js";

/** Metrics as the kernels know them. */
export const metricCodes: Readonly<Record<Metric, number>> = {
  cosine: layout.cosine,
  euclidean: layout.euclidean,
  dot: layout.dot,
};
