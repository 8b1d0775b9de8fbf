import { type KernelsKind, supportsKernels } from "../../lib/kernels/kernels.js";

/** The kernels that this runtime can run: Node 20 has no relaxed SIMD. */
export const supportedKernels: readonly KernelsKind[] = (["simd", "relaxed"] as const).filter(
  supportsKernels,
);
