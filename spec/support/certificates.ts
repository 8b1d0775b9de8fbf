import { resolve } from "node:path";

/** A file of spec/fixtures/certificates, which make.sh there has made. */
export function certificate(name: string): string {
  return resolve("spec/fixtures/certificates", name);
}

/** A server of this machine, who believes clients that the same authority has signed. */
export const serverTls = {
  cert: certificate("server.pem"),
  key: certificate("server.key"),
  ca: certificate("ca.pem"),
} as const;

/** What a client believes, and shows where it has a name. */
export function clientTls(name?: string): { ca: string; cert?: string; key?: string } {
  const ca = certificate("ca.pem");
  if (name === undefined) return { ca };
  return { ca, cert: certificate(`${name}.pem`), key: certificate(`${name}.key`) };
}
