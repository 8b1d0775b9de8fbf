import { AhnlichError, connect, type RemoteEngine } from "../client.js";

/** Connects, does what is to be done, and disconnects; a server that is not reached is named. */
export async function withClient<T>(
  url: string,
  work: (client: RemoteEngine) => Promise<T>,
): Promise<T> {
  await using client = await reach(url);
  return await work(client);
}

/** How long a server may take to answer, in milliseconds. */
export const patience = { timeoutMs: 10_000 };

async function reach(url: string): Promise<RemoteEngine> {
  try {
    return await connect(url, { name: "ahnlich-cli", connections: 1 });
  } catch (error) {
    if (!(error instanceof AhnlichError) || !unreachable.has(error.code)) throw error;
    throw new AhnlichError(error.code, `cannot reach ${url}: ${error.message}`, { cause: error });
  }
}

const unreachable: ReadonlySet<string> = new Set(["CONNECTION_LOST", "TIMEOUT", "CLOSED"]);
