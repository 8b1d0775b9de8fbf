import { AhnlichError } from "../model/errors.js";
import type { Message } from "./message.js";

/**
 * The messages in the body of one frame. Queries, answers and parts are views on the body.
 *
 * @throws PROTOCOL_ERROR when an envelope cannot be read: the session is lost then
 */
export function decodeFrame(_body: Uint8Array): Message[] {
  throw new AhnlichError("INTERNAL", "in the making");
}
