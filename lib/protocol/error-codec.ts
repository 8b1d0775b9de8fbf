import { encode } from "../encoding/encode.js";
import { AhnlichError, type ErrorDetails, isErrorCode } from "../model/errors.js";
import { sentenceMax } from "./message-types.js";

/** What crosses the wire of an error: neither stack nor cause. */
export function errorToWire(error: AhnlichError): unknown {
  const sentence = error.message.slice(0, sentenceMax).toWellFormed();
  return [error.code, sentence, detailsToWire(error.details), error.retryable];
}

/**
 * The error that a peer told of. A code that is unknown here becomes INTERNAL, with the code in
 * its details as `code`.
 *
 * @throws PROTOCOL_ERROR when the value is no error
 */
export function errorFromWire(value: unknown): AhnlichError {
  if (!Array.isArray(value)) throw noError();
  const [code, sentence, details, retryable] = value;
  if (typeof code !== "string" || typeof sentence !== "string") throw noError();
  if (typeof retryable !== "boolean" || !isDetails(details)) throw noError();
  if (isErrorCode(code)) return new AhnlichError(code, sentence, { details, retryable });
  return new AhnlichError("INTERNAL", sentence, { details: { ...details, code }, retryable });
}

/** Details that are too long or cannot travel are left out: the error itself matters more. */
function detailsToWire(details: ErrorDetails): ErrorDetails {
  try {
    return encode(details).length <= detailsBytesMax ? details : {};
  } catch {
    return {};
  }
}

function isDetails(value: unknown): value is ErrorDetails {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function noError(): AhnlichError {
  return new AhnlichError(
    "PROTOCOL_ERROR",
    "expected an error as [code, sentence, details, retryable]",
  );
}

const detailsBytesMax = 4_096;
