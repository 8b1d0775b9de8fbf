/** Where the float32 rows are that are not in memory. */
export interface VectorSource {
  /**
   * Writes the vectors of these ordinals, little-endian float32s, one after the other. A promise where that takes
   * a while; what is thrown or rejected with is what the search ends with.
   */
  read(ordinals: Float64Array, into: Uint8Array): void | Promise<void>;
}
