import { query } from "../../lib/model/query.js";
import type { Operation } from "./operation.js";

/** Nothing but the way there and back. */
export const ping: Operation = {
  name: "ping",
  engine: "memory",
  on: (engine) => async () => (await engine.ping()) >= 0,
  query: () => query.ping({}),
  isRight: (answer) => answer === null,
};
