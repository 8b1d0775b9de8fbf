import { engineContract } from "../contracts/engine.contract.js";
import { lmdbReach } from "./embedded-reach.js";

engineContract(lmdbReach({ name: "embedded, on LMDB", threads: 1 }));
