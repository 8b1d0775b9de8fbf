import type { Option } from "commander";
import { AhnlichError, connect, type RemoteEngine } from "../client.js";
import { flag } from "./flag.js";
import { readPassword } from "./read-password.js";

/** Who asks a server. */
export interface ClientFlags {
  readonly user?: string | undefined;
  readonly passwordFile?: string | undefined;
}

export function clientFlags(): Option[] {
  return [
    flag(
      "user",
      "name",
      "who asks, where the server has users; the terminal asks for the password",
    ),
    flag("password-file", "file", "or its first line is the password; - is standard input"),
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
    return await connect(url, { name: "ahnlich-cli", connections: 1, ...credentials });
  } catch (error) {
    if (!(error instanceof AhnlichError) || !unreachable.has(error.code)) throw error;
    const where = url.replace(/\/\/[^@]*@/, "//");
    throw new AhnlichError(error.code, `cannot reach ${where}: ${error.message}`, { cause: error });
  }
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
