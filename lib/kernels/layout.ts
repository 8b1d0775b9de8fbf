/**
 * Where things lie in the shared memory, in bytes from the start of each structure. The kernels import this
 * file as well (it is valid AssemblyScript), so both sides always agree: plain literals only.
 *
 * A run is two extents of one memory: one that is scanned, full of slots in blocks of 64, and one of the
 * float32 rows, which are looked at only where codes cannot decide.
 *
 *   header | records: capacity x record stride | born f64 | died f64 | ordinals f64 | block headers
 *   rows: capacity x stride
 */

/** Slots of a block: what one mask of 64 bits covers. */
export const blockSlots = 64;

export const runRows = 0;
export const runRecords = 4;
export const runBorn = 8;
export const runDied = 12;
export const runOrdinals = 16;
export const runBlocks = 20;
export const runCapacity = 24;
export const runStride = 28;
export const runRecordStride = 32;
/** 0 while rows of it may still have to be read to where they belong. */
export const runHasRows = 36;
/** The number that the graph of its memory gives the first of its blocks; -1 where it does not reach them. */
export const runFirstBlock = 40;
export const runHeaderBytes = 64;

/**
 * What is scanned of a slot: scale, error and norm as f32, the sum of the code as i32, and the code, padded with
 * zeros to 16 bytes.
 */
export const recordScale = 0;
export const recordError = 4;
export const recordNorm = 8;
export const recordSum = 12;
export const recordCode = 16;

/** A block's header: the first death in it, the last birth in it; infinity as long as a slot is unused. */
export const blockDied = 0;
export const blockBorn = 8;
export const blockBytes = 16;

/** Bytes a slot takes beside its row and its record: born, died, ordinal. */
export const slotBytes = 24;
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
/** Candidates of the target `jobTarget` whose float32 rows are wanted, and how many of these have been lent. */
export const jobWantedFrom = 1104;
export const jobWantedCount = 1108;
export const jobLentCount = 1112;
/** Where lent rows lie side by side, and how many fit. */
export const jobLent = 1116;
export const jobLentMax = 1120;
/** Candidates that are re-scored and not too far. */
export const jobKept = 1124;
/** Slots that each target was compared with. */
export const jobExamined = 1128;
/** The graph that is walked through and the walk, or 0; candidates beyond `limit` that are taken of it. */
export const jobGraph = 1132;
export const jobWalk = 1136;
export const jobSlack = 1140;
export const jobExtra = 1144;
/** The target that is walked to, how far that is, and what is taken of the pool. */
export const jobWalked = 1148;
export const jobWalkStage = 1152;
export const jobPlace = 1156;
export const jobTaken = 1160;
/** The slot where the walk began and one more, where that was scanned already; or 0. */
export const jobBegun = 1164;
/** A bit for each slot of the graph, or 0: the walk finds only those that have theirs, or only those that have not. */
export const jobBits = 1168;
export const jobBitsExclude = 1172;
/** The place in the pool that `jobSlack` counts from. */
export const jobNth = 1176;
/** The sum of the places in the pool of the first `limit` that are taken. */
export const jobPlaces = 1180;
export const jobBytes = 1184;

/** What a job is at. */
export const scanning = 0;
export const walking = 1;
export const finishing = 2;
export const linking = 3;
export const sweeping = 4;

/** A span: blocks `from` up to `to` of a run. A pick: one block of a run, and which of its slots. */
export const unitRun = 0;
export const unitFrom = 4;
export const unitTo = 8;
export const unitMask = 8;
export const unitBytes = 16;

export const targetGiven = 0;
export const targetScaled = 4;
export const targetEncoded = 8;
export const targetArea = 12;
export const targetCapacity = 16;
export const targetCount = 20;
/** How many of the candidates, from the first on, have the bounds of their float32 rows. */
export const targetRefined = 24;
export const targetCut = 28;
export const targetNorm = 32;
/** Of the float32 estimates. */
export const targetSlack = 40;
export const targetRelative = 44;
/** Of the estimates by codes. */
export const targetScale = 48;
export const targetGain = 52;
export const targetSpread = 56;
export const targetLength = 60;
/** Candidates there were when room was made the last time, and slots whose codes were looked at since. */
export const targetKept = 64;
export const targetScanned = 68;
/** Slots that are still to be scored by their float32 rows at once, as codes tell nothing here. */
export const targetByRows = 72;
/** Visible slots that the walk found; fewer than were asked for where too many of its pool were not. */
export const targetFound = 76;
/** Slots that the walk compared it with. */
export const targetExamined = 80;
/** A slot that walks to it pass over, as if it was not there, and one more; or 0. */
export const targetHidden = 84;
/** The sum of the places in the walk's pool of those found, the first `limit` of them. */
export const targetPlaces = 88;
export const targetBytes = 96;

/** A candidate in a target's area. Once re-scored, the same 16 bytes hold distance and ordinal. */
export const candidateLower = 0;
export const candidateUpper = 4;
export const candidateRun = 8;
export const candidateIndex = 12;
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
export const wanting = 3;

/**
 * The graph over the slots of one memory, which it knows by numbers: that of their block times 64 and their place in
 * it. The tables have a word for each block, 0 where the graph does not reach it: its run, where the first of its slots
 * has its record and its links, and where its lists on the levels above begin.
 */
export const graphDimension = 0;
export const graphMetric = 4;
export const graphRecordStride = 8;
export const graphRuns = 12;
export const graphRecords = 16;
export const graphLinks = 20;
export const graphUppers = 24;
/** Where searches begin, and the level of that; -1 where no slot is linked. */
export const graphEntry = 28;
export const graphTop = 32;
/** Held while the entry changes; and a lock for the lists of every slot with the same lowest bits. */
export const graphEntryLock = 36;
export const graphLocks = 40;
export const graphBytes = 4136;
export const locksCount = 1024;

/**
 * One slot of 16 is on level 1, one of 256 on level 2, and so on: which of them, a hash of their number without its
 * last digit says. So each block has four lists of level 1, and at most one of each level above.
 */
export const levelMax = 4;
export const upperBytes = 448;

/** Links of a slot: at level 0, and at each above. A list that is not full ends with the slot itself. */
export const linksMax = 32;
export const upperLinksMax = 16;
export const linksBytes = 128;
export const upperLinksBytes = 64;

/** A walk through a graph towards one query: what it has seen, and its pool of the nearest so far. */
export const walkGraph = 0;
/** The query: its code, scale and norm as those of a target; where it is a slot, its record's. */
export const walkCode = 4;
export const walkScale = 8;
export const walkLength = 12;
/** A byte for each slot below `walkSlotsMax`: the epoch in which it was last seen. Slots beyond are passed over. */
export const walkSeen = 16;
export const walkSlotsMax = 20;
export const walkEpoch = 24;
/** Keys in ascending order, infinity behind; and the slots they are of, with `walked` where the walk has been. */
export const walkKeys = 28;
export const walkSlots = 32;
/** How many the pool keeps, and how many it has. */
export const walkWidth = 36;
export const walkCount = 40;
/** The first in the pool that may not have been walked to. */
export const walkNext = 44;
/** A second pool, for the choice among a slot's links; and the slots chosen. */
export const walkOtherKeys = 48;
export const walkOtherSlots = 52;
export const walkChosen = 56;
/** Neighbours of dead neighbours. */
export const walkRepair = 60;
/** How many slots it has come to. */
export const walkExamined = 64;
/** Slots that a hop comes to. */
export const walkFresh = 72;
/** Where their records are. */
export const walkRecords = 232;
export const walkBytes = 376;
/** What the second pool keeps: a full list and one more, or what lies behind the dead links of one. */
export const otherWidth = 511;
export const walked = 0x80000000;

/**
 * A job that links the slots of a list, or takes the links to dead slots out of the lists of some: those from `next` up
 * to `end`. Of these the map has a byte for each slot: `deadSlot` where it is dead; `lostSlot` is written where none of
 * a slot's links is left.
 */
export const upkeepWalk = 8;
export const upkeepList = 12;
export const upkeepMap = 12;
export const upkeepNext = 16;
export const upkeepEnd = 20;
export const upkeepBytes = 32;
export const deadSlot = 1;
export const lostSlot = 2;

/**
 * The map of links that are taken over: of each slot whether it is dead, or nothing may lead to it, and beside that
 * whether it has links, and whether one leads to it.
 */
export const absentSlot = 3;
export const linkedSlot = 4;
export const ledToSlot = 8;
