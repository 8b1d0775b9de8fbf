import { AhnlichError } from "../model/errors.js";
import type { PartMessage } from "./message.js";

/** Joins the parts of the answers of one connection. */
export class PartJoiner {
  /** `maxAnswerBytes` bounds one answer; all that are incomplete together are bounded by twice that. */
  constructor(_maxAnswerBytes: number) {}

  /**
   * The whole answer with its last part, undefined before it. Parts are copied.
   *
   * @throws LIMIT_EXCEEDED when an answer becomes longer than is allowed
   */
  add(_part: PartMessage): Uint8Array | undefined {
    throw new AhnlichError("INTERNAL", "in the making");
  }

  /** Forgets what has come for this request. */
  drop(_id: number): void {
    throw new AhnlichError("INTERNAL", "in the making");
  }
}
