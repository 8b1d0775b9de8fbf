import type { Reach } from "../support/reach.js";
import { argumentsContract } from "./arguments.contract.js";
import { backupContract } from "./backup.contract.js";
import { badInputContract } from "./bad-input.contract.js";
import { badQueriesContract } from "./bad-queries.contract.js";
import { callsContract } from "./calls.contract.js";
import { changesContract } from "./changes.contract.js";
import { closingContract } from "./closing.contract.js";
import { compactContract } from "./compact.contract.js";
import { countContract } from "./count.contract.js";
import { deleteContract } from "./delete.contract.js";
import { examplesContract } from "./examples.contract.js";
import { executeContract } from "./execute.contract.js";
import { expiryContract } from "./expiry.contract.js";
import { explainContract } from "./explain.contract.js";
import { facetsContract } from "./facets.contract.js";
import { findContract } from "./find.contract.js";
import { followingContract } from "./following.contract.js";
import { getContract } from "./get.contract.js";
import { groupsContract } from "./groups.contract.js";
import { idempotencyContract } from "./idempotency.contract.js";
import { identityContract } from "./identity.contract.js";
import { indexesContract } from "./indexes.contract.js";
import { largeContract } from "./large.contract.js";
import { limitsContract } from "./limits.contract.js";
import { loadContract } from "./load.contract.js";
import { measureRecallContract } from "./measure-recall.contract.js";
import { metadataContract } from "./metadata.contract.js";
import { pipelineContract } from "./pipeline.contract.js";
import { renamingContract } from "./renaming.contract.js";
import { searchContract } from "./search.contract.js";
import { searchManyContract } from "./search-many.contract.js";
import { searchWhereContract } from "./search-where.contract.js";
import { setContract } from "./set.contract.js";
import { sortContract } from "./sort.contract.js";
import { storesContract } from "./stores.contract.js";
import { transactionContract } from "./transaction.contract.js";
import { updateContract } from "./update.contract.js";
import { vectorsOnDiskContract } from "./vectors-on-disk.contract.js";
import { verifyContract } from "./verify.contract.js";
import { versionsContract } from "./versions.contract.js";
import { watchContract } from "./watch.contract.js";
import { whereContract } from "./where.contract.js";

/** What an engine promises whoever reaches it, however they do. */
export function engineContract(reach: Reach): void {
  describe(`an engine, ${reach.name}`, () => {
    for (const contract of contracts) contract(reach);
  });
}

const contracts: readonly ((reach: Reach) => void)[] = [
  storesContract,
  renamingContract,
  identityContract,
  setContract,
  versionsContract,
  expiryContract,
  metadataContract,
  getContract,
  findContract,
  countContract,
  whereContract,
  indexesContract,
  updateContract,
  deleteContract,
  searchContract,
  groupsContract,
  searchWhereContract,
  searchManyContract,
  examplesContract,
  explainContract,
  facetsContract,
  sortContract,
  measureRecallContract,
  vectorsOnDiskContract,
  changesContract,
  followingContract,
  watchContract,
  pipelineContract,
  transactionContract,
  executeContract,
  loadContract,
  idempotencyContract,
  largeContract,
  argumentsContract,
  callsContract,
  closingContract,
  badInputContract,
  badQueriesContract,
  limitsContract,
  verifyContract,
  backupContract,
  compactContract,
];
