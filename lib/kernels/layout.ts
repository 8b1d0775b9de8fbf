/**
 * Where things lie in the shared memory, in bytes from the start of each structure. The kernels import this
 * file as well (it is valid AssemblyScript), so both sides always agree: plain literals only.
 *
 * A run is an extent full of slots, which are seen in blocks of 64:
 *
 *   header | vectors: capacity x stride | norms f32 | born f64 | died f64 | ordinals f64 | block headers
 */

/** Slots of a block: what one mask of 64 bits covers. */
export const blockSlots = 64;

export const runVectors = 0;
export const runNorms = 4;
export const runBorn = 8;
export const runDied = 12;
export const runOrdinals = 16;
export const runBlocks = 20;
export const runCapacity = 24;
export const runStride = 28;
export const runHeaderBytes = 64;

/** A block's header: the first death in it, the last birth in it; infinity as long as a slot is unused. */
export const blockDied = 0;
export const blockBorn = 8;
export const blockBytes = 16;

/** Bytes a slot takes beside its vector: norm, born, died, ordinal. */
export const slotBytes = 28;
/** Bytes a run loses at most to its header, one part-filled block and alignment. */
export const runOverhead = 128;

/** A job: one or several targets, scored against a list of spans (or picks) of one arena. */
export const jobStop = 0;
export const jobPhase = 4;
export const jobMetric = 8;
export const jobDimension = 12;
export const jobStride = 16;
export const jobLimit = 20;
export const jobTargets = 24;
export const jobTargetCount = 28;
export const jobUnits = 32;
export const jobUnitCount = 36;
export const jobPicked = 40;
/** The unit reached, and the block within it. */
export const jobUnit = 44;
export const jobBlock = 48;
/** The target that is being finished, or that has no more room; and how far that is. */
export const jobTarget = 52;
export const jobStep = 56;
export const jobStage = 60;
export const jobSequence = 64;
export const jobMaxDistance = 72;
/** 256 counters of the selection. */
export const jobHistogram = 80;
export const jobBytes = 1104;

/** A span: blocks `from` up to `to` of a run. A pick: one block of a run, and which of its slots. */
export const unitRun = 0;
export const unitFrom = 4;
export const unitTo = 8;
export const unitMask = 8;
export const unitBytes = 16;

export const targetGiven = 0;
export const targetScaled = 4;
export const targetArea = 8;
export const targetCapacity = 12;
export const targetCount = 16;
export const targetCut = 20;
export const targetNorm = 24;
export const targetSlack = 32;
export const targetRelative = 36;
export const targetBytes = 48;

/** A candidate in a target's area. Once re-scored, the same 16 bytes hold distance and ordinal. */
export const candidateLower = 0;
export const candidateUpper = 4;
export const candidateRow = 8;
export const candidateOrdinal = 12;
export const resultDistance = 0;
export const resultOrdinal = 8;
export const candidateBytes = 16;

/** Of metrics, as the kernels know them. */
export const cosine = 0;
export const euclidean = 1;
export const dot = 2;

/** What `advance` returns. */
export const unfinished = 0;
export const finished = 1;
export const hungry = 2;
