import { engineContract } from "../contracts/engine.contract.js";
import { memoryTransportReach } from "./client-reach.js";

engineContract(memoryTransportReach("a client over transports in memory"));
