import { Option } from "commander";
import { AhnlichError, type ClientTls, connect, type RemoteEngine } from "../client.js";
import { flag } from "./flag.js";
import { readPassword } from "./read-password.js";

/** Who asks a server. */
export interface ClientFlags {
  readonly user?: string | undefined;
  readonly passwordFile?: string | undefined;
  readonly tlsCa?: string | undefined;
  readonly tlsCert?: string | undefined;
  readonly tlsKey?: string | undefined;
  readonly tlsServername?: string | undefined;
  readonly insecureSkipVerify?: boolean | undefined;
}

export function clientFlags(): Option[] {
  return [
    flag(
      "user",
      "name",
      "who asks, where the server has users; the terminal asks for the password",
    ),
    flag("password-file", "file", "or its first line is the password; - is standard input"),
    // Not from the environment: serve's own certificate is there under these names.
    new Option("--tls-ca <file>", "of ahnlichs://: believe servers that these have signed"),
    new Option("--tls-cert <file>", "of ahnlichs://: show this certificate"),
    new Option("--tls-key <file>", "the private key of --tls-cert"),
    new Option(
      "--tls-servername <name>",
      "the name in the server's certificate, unless the host's",
    ),
    new Option("--insecure-skip-verify", "of ahnlichs://: believe every server"),
  ];
}

/** Connects, does what is to be done, and disconnects; a server that is not reached is named. */
export async function withClient<T>(
  url: string,
  flags: ClientFlags,
  work: (client: RemoteEngine) => Promise<T>,
): Promise<T> {
  await using client = await reach(url, flags);
  return await work(client);
}

/** How long a server may take to answer, in milliseconds. */
export const patience = { timeoutMs: 10_000 };

async function reach(url: string, flags: ClientFlags): Promise<RemoteEngine> {
  const credentials = await credentialsOf(url, flags);
  try {
    const tls = tlsOf(url, flags);
    return await connect(url, { name: "ahnlich-cli", connections: 1, ...credentials, tls });
  } catch (error) {
    if (!(error instanceof AhnlichError) || !unreachable.has(error.code)) throw error;
    const where = url.replace(/\/\/[^@]*@/, "//");
    throw new AhnlichError(error.code, `cannot reach ${where}: ${error.message}`, { cause: error });
  }
}

/** Undefined where none of it was said. */
function tlsOf(url: string, flags: ClientFlags): ClientTls | undefined {
  const { tlsCa: ca, tlsCert: cert, tlsKey: key, tlsServername: servername } = flags;
  const { insecureSkipVerify } = flags;
  const given = { ca, cert, key, servername, insecureSkipVerify };
  const isGiven = Object.values(given).some((value) => value !== undefined);
  return isGiven || url.startsWith("ahnlichs:") ? given : undefined;
}

/** @throws INVALID_ARGUMENT where a password is among the arguments, or no user is named for it */
async function credentialsOf(
  url: string,
  { user, passwordFile }: ClientFlags,
): Promise<{ user?: string; password?: string }> {
  const inUrl = /^[^/]*:\/\/([^@]*)@/.exec(url)?.[1];
  if (inUrl?.includes(":")) {
    throw new AhnlichError(
      "INVALID_ARGUMENT",
      "a password has no place among the arguments, which others can see: use --password-file",
    );
  }
  const name = inUrl === undefined ? user : decodeURIComponent(inUrl);
  if (name === undefined) return {};
  return { user: name, password: await readPassword(passwordFile, `Password for ${name}: `) };
}

const unreachable: ReadonlySet<string> = new Set(["CONNECTION_LOST", "TIMEOUT", "CLOSED"]);
