import type { Engine } from "../../lib/handles/engine.js";
import type { Query } from "../../lib/model/query.js";

/** What is measured in every reach. */
export interface Operation {
  readonly name: string;
  /** The engine it is asked of: one in memory, or one whose writes are on disk before they are answered. */
  readonly engine: "memory" | "durable";
  /** Readies the i-th call as a program would make it; it resolves to whether the answer was right. */
  on(engine: Engine): (i: number) => Promise<boolean>;
  /** The same call as a query of a pipeline, and whether that answer was right. */
  query(i: number): Query;
  isRight(answer: unknown, i: number): boolean;
}
