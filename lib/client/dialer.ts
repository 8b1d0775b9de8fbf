import { AhnlichError } from "../model/errors.js";
import type { Transport } from "../transport/transport.js";
import { Connection, type ConnectionOwner, type Introduction } from "./connection.js";

/** One place where the server may be. */
export interface Target {
  readonly address: string;
  readonly dial: () => Promise<Transport>;
}

/** Opens a connection: dialled and accepted within `timeoutMs`. @throws what the server said, CONNECTION_LOST */
export async function openConnection(
  target: Target,
  owner: ConnectionOwner,
  introduction: Introduction,
  timeoutMs: number,
): Promise<Connection> {
  let late = false;
  let connection: Connection | undefined;
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      late = true;
      const sentence = `no connection to ${target.address} within ${timeoutMs} ms`;
      reject(new AhnlichError("CONNECTION_LOST", sentence));
    }, timeoutMs);
  });
  const opening = (async () => {
    const transport = await target.dial();
    if (late) {
      void transport.close();
      return;
    }
    connection = new Connection(transport, owner, introduction);
    await connection.ready;
  })();
  try {
    await Promise.race([opening, tooLate]);
    if (connection === undefined) throw new AhnlichError("INTERNAL", "nothing was dialled");
    return connection;
  } catch (error) {
    opening.catch(() => {});
    connection?.drop();
    throw dialError(target, error);
  } finally {
    clearTimeout(timer);
  }
}

function dialError(target: Target, thrown: unknown): AhnlichError {
  if (thrown instanceof AhnlichError) return thrown;
  const reason = thrown instanceof Error ? thrown.message : String(thrown);
  const sentence = `no connection to ${target.address}: ${reason}`;
  return new AhnlichError("CONNECTION_LOST", sentence, { cause: thrown });
}
