import { engineContract } from "../contracts/engine.contract.js";
import { sharedReach } from "./shared-reach.js";

engineContract(sharedReach("that has joined another on a shared folder", "joiner"));
