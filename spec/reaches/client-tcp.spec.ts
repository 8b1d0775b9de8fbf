import { engineContract } from "../contracts/engine.contract.js";
import { tcpReach } from "./client-reach.js";

engineContract(tcpReach({ name: "a client over one TCP connection", connections: 1 }));
