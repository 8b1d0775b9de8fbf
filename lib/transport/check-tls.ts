import { AhnlichError } from "../model/errors.js";
import type { ClientTls, ServerTls } from "./tls-files.js";

/** @throws INVALID_ARGUMENT */
export function checkServerTls(given: unknown): ServerTls | undefined {
  if (given === undefined) return undefined;
  const { cert, key, ca, requireClientCert = false } = fieldsOf(given, serverFields) as ServerTls;
  const files = { cert: checkFile(cert, "cert"), key: checkFile(key, "key") };
  if (typeof requireClientCert !== "boolean") throw invalid("requireClientCert", "a boolean");
  if (ca === undefined) {
    if (!requireClientCert) return files;
    throw invalid("ca", "the authorities of the clients, whose certificates are required");
  }
  return { ...files, ca: checkFile(ca, "ca"), requireClientCert };
}

/** @throws INVALID_ARGUMENT */
export function checkClientTls(given: unknown): ClientTls | undefined {
  if (given === undefined) return undefined;
  const tls = fieldsOf(given, clientFields) as ClientTls;
  for (const name of ["ca", "cert", "key", "servername"] as const) {
    if (tls[name] !== undefined) checkFile(tls[name], name);
  }
  if ((tls.cert === undefined) !== (tls.key === undefined)) throw invalid("cert", "a key with it");
  if (![undefined, true, false].includes(tls.insecureSkipVerify)) {
    throw invalid("insecureSkipVerify", "a boolean");
  }
  return { ...tls };
}

function fieldsOf(given: unknown, names: readonly string[]): object {
  if (typeof given !== "object" || given === null) {
    throw new AhnlichError("INVALID_ARGUMENT", "options.tls: expected an object");
  }
  const unknown = Object.keys(given).find((name) => !names.includes(name));
  if (unknown !== undefined) throw invalid(unknown.slice(0, 100), "no such option");
  return given;
}

function checkFile(path: unknown, name: string): string {
  if (typeof path === "string" && path !== "" && !path.includes("\0")) return path;
  throw invalid(name, name === "servername" ? "a name" : "the name of a PEM file");
}

function invalid(name: string, expected: string): AhnlichError {
  return new AhnlichError("INVALID_ARGUMENT", `options.tls.${name}: expected ${expected}`);
}

const serverFields = ["cert", "key", "ca", "requireClientCert"];
const clientFields = ["ca", "cert", "key", "servername", "insecureSkipVerify"];
