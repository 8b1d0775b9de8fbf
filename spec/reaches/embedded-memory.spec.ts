import { engineContract } from "../contracts/engine.contract.js";
import { memoryReach } from "./embedded-reach.js";

engineContract(memoryReach({ name: "embedded, in memory", threads: 0 }));
