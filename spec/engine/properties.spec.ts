import { modelContract } from "../contracts/model.contract.js";
import { largeReadsContract, visibilityContract } from "../contracts/visibility.contract.js";
import { lmdbReach, memoryReach } from "../reaches/embedded-reach.js";

for (const threads of [0, 1]) {
  const workers = threads === 0 ? "no worker" : "a worker";
  const inMemory = memoryReach({ name: `in memory with ${workers}`, threads });
  modelContract(inMemory, { runs: 15 });
  visibilityContract(inMemory, { runs: 10 });
  const onLmdb = lmdbReach({ name: `on LMDB with ${workers}`, threads });
  modelContract(onLmdb, { runs: 5 });
  visibilityContract(onLmdb, { runs: 5 });
  for (const reach of [inMemory, onLmdb]) largeReadsContract(reach);
}
