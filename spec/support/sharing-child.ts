import { type EmbeddedEngine, type OpenOptions, open } from "../../lib/index.js";
import { AhnlichError } from "../../lib/model/errors.js";
import type { CallOptions } from "../../lib/model/options.js";
import type { Query } from "../../lib/model/query.js";
import { listen } from "../../lib/server.js";
import { SharingWork } from "./sharing-work.js";

/** What a process that runs this file is told; orders may overlap. */
export type SharingOrder =
  | { readonly open: OpenOptions }
  | { readonly ask: Query; readonly options?: CallOptions }
  | { readonly work: string }
  | "listen"
  | "stop"
  | "close";

/** What it says: the answer to an order, or that its work goes on. */
export type SharingMessage =
  | { readonly number: number; readonly answer: unknown }
  | { readonly number: number; readonly refused: Refusal }
  | { readonly acknowledged: string };

export interface Refusal {
  readonly code: string;
  readonly message: string;
  readonly details: AhnlichError["details"];
}

let engine: EmbeddedEngine | undefined;
let work: SharingWork | undefined;

process.on("message", async ({ number, order }: { number: number; order: SharingOrder }) => {
  try {
    say({ number, answer: await obey(order) });
  } catch (error) {
    if (!(error instanceof AhnlichError)) throw error;
    const { code, message, details } = error;
    say({ number, refused: { code, message, details } });
  }
});

async function obey(order: SharingOrder): Promise<unknown> {
  if (typeof order === "object" && "open" in order) {
    engine = await open(order.open);
    return undefined;
  }
  if (engine === undefined) throw new Error("it is not open");
  if (order === "listen") return (await listen(engine, { port: 0 })).url;
  if (order === "stop") return work?.stop();
  if (order === "close") return engine.close();
  if ("ask" in order) return engine.execute(order.ask, order.options);
  work = new SharingWork(engine.store("work"), order.work, (id) => say({ acknowledged: id }));
  return undefined;
}

function say(message: SharingMessage): void {
  process.send?.(message);
}
