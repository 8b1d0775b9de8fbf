import { modelContract } from "../contracts/model.contract.js";
import { largeReadsContract, visibilityContract } from "../contracts/visibility.contract.js";
import { tcpReach } from "./client-reach.js";

const pooled = tcpReach({ name: "a client over a pool of TCP connections", connections: 4 });

modelContract(pooled, { runs: 8 });
visibilityContract(pooled, { runs: 8 });
largeReadsContract(pooled);
