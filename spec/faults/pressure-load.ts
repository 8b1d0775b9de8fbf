import { constants, setPriority } from "node:os";
import { connect, type RemoteEngine } from "../../lib/client.js";
import { AhnlichError } from "../../lib/model/errors.js";
import { encodeFrames } from "../../lib/protocol/frame-writer.js";
import { clientHello } from "../../lib/protocol/handshake.js";
import { parseUrl } from "../../lib/transport/address.js";
import { dial } from "../../lib/transport/tcp.js";
import { randomNumbers, randomVector } from "../support/random.js";
import { introduction } from "../support/raw-peer.js";
import { HostileInputs } from "./hostile-inputs.js";
import { HostileLane } from "./hostile-lane.js";
import { hostileSeeds } from "./hostile-seeds.js";
import type { LoadOrder, LoadTally } from "./pressure-process.js";

/*
 * Clients that give no peace, in a process of their own: does what its one argument says as JSON, for as long as it
 * says, and then tells its parent what became of it.
 */
const order = JSON.parse(process.argv[2] ?? "{}") as LoadOrder;
const random = randomNumbers(order.seed);
const tally: LoadTally = { done: 0, busy: 0, late: 0, failed: 0 };
const loads = { waiting, paced, hostile };
const ends = performance.now() + order.ms;
await loads[order.load]();
process.send?.(tally, () => process.exit(0));

/** So many searches wait at any moment. */
async function waiting(): Promise<void> {
  const client = await connect(order.url, { name: "heavy" });
  const again = async (): Promise<void> => {
    while (performance.now() < ends) await searchOnce(client);
  };
  await Promise.all(Array.from({ length: order.size }, again));
}

/** So many searches come in a second, whatever becomes of those before. */
async function paced(): Promise<void> {
  const names = [0, 1, 2, 3].map((number) => `paced ${number}`);
  const clients = await Promise.all(names.map((name) => connect(order.url, { name })));
  const begun = performance.now();
  const asked: Promise<void>[] = [];
  for (let now = begun; now < ends; now = performance.now()) {
    const due = ((now - begun) * order.size) / 1_000;
    while (asked.length < due) asked.push(searchOnce(clients[asked.length % clients.length]));
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  await Promise.all(asked);
}

/**
 * So many hostile inputs come in a second, from 16 connections. What it takes to make them up is not the server's
 * doing: elsewhere other machines do it, here the processors do when they have nothing else to do.
 */
async function hostile(): Promise<void> {
  setPriority(constants.priority.PRIORITY_LOW);
  const reach = () => dial(parseUrl(order.url));
  const inputs = new HostileInputs(order.seed, await hostileSeeds(reach));
  const lanes = Array.from({ length: 16 }, () => new HostileLane(reach, () => tally.failed++));
  const hello = [clientHello(2 ** 20), ...encodeFrames([introduction()], 2 ** 14)];
  const begun = performance.now();
  for (let now = begun; now < ends; now = performance.now()) {
    const due = ((now - begun) * order.size) / 1_000;
    for (; tally.done < due; tally.done++) {
      const lane = lanes[tally.done % lanes.length];
      if (lane.fresh) {
        await lane.connect();
        lane.send(Buffer.concat(hello));
      }
      const bytes = Buffer.from(inputs.next());
      // Whoever is on this machine may end a server that knows no users.
      if (!bytes.includes("shutdown")) lane.send(bytes);
    }
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}

async function searchOnce(client: RemoteEngine): Promise<void> {
  try {
    const target = randomVector(random, order.dimension);
    await client.store("pressed").search(target, { recall: 1, timeoutMs: order.timeoutMs });
    tally.done++;
  } catch (error) {
    const code = error instanceof AhnlichError ? error.code : "";
    if (code === "BUSY") tally.busy++;
    else if (code === "TIMEOUT") tally.late++;
    else tally.failed++;
  }
}
