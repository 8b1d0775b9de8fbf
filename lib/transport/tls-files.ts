import { createPrivateKey, X509Certificate } from "node:crypto";
import { open } from "node:fs/promises";
import { AhnlichError } from "../model/errors.js";

/** The certificate of a server; all are names of PEM files. */
export interface ServerTls {
  /** The certificate, with those between it and its authority behind it. */
  cert: string;
  /** Its private key, which is not encrypted. */
  key: string;
  /** The authorities whose word about clients counts. A client shows a certificate where it has one. */
  ca?: string | undefined;
  /** Whether a client without a certificate of theirs is turned away. */
  requireClientCert?: boolean | undefined;
}

/** How a client knows the server, and shows who it is itself; all but `servername` are names of PEM files. */
export interface ClientTls {
  /** The authorities whose word about servers counts, in the place of the well-known ones. */
  ca?: string | undefined;
  cert?: string | undefined;
  key?: string | undefined;
  /** The name that the server's certificate must carry; the host's, unless given. */
  servername?: string | undefined;
  /** Believes every server that it is the right one: whoever stands between may read and change everything. */
  insecureSkipVerify?: boolean | undefined;
}

/** What the files hold. */
export interface TlsMaterial {
  readonly cert?: Buffer;
  readonly key?: Buffer;
  readonly ca?: Buffer;
}

/**
 * Reads the files and looks whether they can be used, so that the error names the file.
 *
 * @throws INVALID_ARGUMENT
 */
export async function readTlsFiles({
  cert,
  key,
  ca,
}: Pick<ClientTls, "cert" | "key" | "ca">): Promise<TlsMaterial> {
  const material = {
    ...(cert === undefined ? {} : { cert: await readPem(cert, "a certificate", parseCertificate) }),
    ...(key === undefined ? {} : { key: await readPem(key, "a private key", createPrivateKey) }),
    ...(ca === undefined ? {} : { ca: await readPem(ca, "certificates", parseCertificate) }),
  };
  if (material.cert === undefined || material.key === undefined) return material;
  const isPair = parseCertificate(material.cert).checkPrivateKey(createPrivateKey(material.key));
  if (!isPair) throw wrong(String(key), `the private key is not that of ${cert}`);
  return material;
}

async function readPem(
  path: string,
  what: string,
  parse: (pem: Buffer) => unknown,
): Promise<Buffer> {
  const pem = await readBounded(path);
  try {
    parse(pem);
    return pem;
  } catch {
    // What the parser says might tell of a key.
    throw wrong(path, `expected ${what} as PEM`);
  }
}

async function readBounded(path: string): Promise<Buffer> {
  try {
    await using file = await open(path, "r");
    const bytes = Buffer.alloc(fileBytesMax + 1);
    const { bytesRead } = await file.read(bytes, 0, bytes.length, 0);
    // Half of a bundle would leave out authorities without a word.
    if (bytesRead > fileBytesMax) throw wrong(path, `expected at most ${fileBytesMax} bytes`);
    return bytes.subarray(0, bytesRead);
  } catch (error) {
    if (error instanceof AhnlichError) throw error;
    const code = error instanceof Error && "code" in error ? String(error.code) : String(error);
    throw wrong(path, `cannot be read: ${code}`);
  }
}

function parseCertificate(pem: Buffer): X509Certificate {
  return new X509Certificate(pem);
}

function wrong(file: string, sentence: string): AhnlichError {
  return new AhnlichError("INVALID_ARGUMENT", `${file}: ${sentence}`, { details: { file } });
}

/** The well-known authorities together take some 200 KiB. */
const fileBytesMax = 1024 * 1024;
