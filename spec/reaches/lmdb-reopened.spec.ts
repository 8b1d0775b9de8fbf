import { engineContract } from "../contracts/engine.contract.js";
import { reopenedLmdbReach } from "./embedded-reach.js";

engineContract(reopenedLmdbReach({ name: "on LMDB, reopened behind every write", threads: 0 }));
