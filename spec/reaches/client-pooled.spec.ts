import { engineContract } from "../contracts/engine.contract.js";
import { tcpReach } from "./client-reach.js";

engineContract(tcpReach({ name: "a client over a pool of TCP connections", connections: 4 }));
