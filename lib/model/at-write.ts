import { AhnlichError } from "./errors.js";

/** The error of one write of a transaction, of which it says the place: `details.index`. */
export function atWrite(index: number, error: AhnlichError): AhnlichError {
  const { code, message, details, retryable, cause } = error;
  return new AhnlichError(code, `writes[${index}]: ${message}`, {
    details: { ...details, index },
    retryable,
    cause,
  });
}
