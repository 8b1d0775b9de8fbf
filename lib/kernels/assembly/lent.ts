import {
  candidateIndex,
  candidateRun,
  jobLent,
  jobLentCount,
  jobLentMax,
  jobTarget,
  jobWantedCount,
  jobWantedFrom,
  runHasRows,
  runRows,
  wanting,
} from "../layout";

/**
 * Rows that are not in memory are lent to a job. It names some candidates and stands as `wanting`; when it goes on,
 * their rows lie side by side in its own memory, in the order of the candidates, until others are wanted.
 */
export function want(job: usize, from: u32, left: u32): u32 {
  store<u32>(job, from, jobWantedFrom);
  store<u32>(job, min(left, load<u32>(job, jobLentMax)), jobWantedCount);
  giveBack(job);
  return wanting;
}

/** The candidates have moved, or others have their turn. */
export function giveBack(job: usize): void {
  store<u32>(job, 0, jobLentCount);
}

/** Whether rows lie there for candidates of the target of that number. */
export function hasLent(job: usize, target: u32): bool {
  return load<u32>(job, jobLentCount) != 0 && load<u32>(job, jobTarget) == target;
}

/** Where the float32 row of the candidate of that index is, in the run or lent; 0 where it must be wanted. */
export function rowOf(job: usize, candidate: usize, index: u32, stride: usize): usize {
  const run = <usize>load<u32>(candidate, candidateRun);
  if (atomic.load<u32>(run + runHasRows)) {
    return <usize>load<u32>(run, runRows) + <usize>load<u32>(candidate, candidateIndex) * stride;
  }
  const place = index - load<u32>(job, jobWantedFrom);
  return place < load<u32>(job, jobLentCount) ? load<u32>(job, jobLent) + place * stride : 0;
}
