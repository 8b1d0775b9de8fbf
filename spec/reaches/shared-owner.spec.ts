import { engineContract } from "../contracts/engine.contract.js";
import { sharedReach } from "./shared-reach.js";

engineContract(sharedReach("that owns a shared folder", "owner"));
