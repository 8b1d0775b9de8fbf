// A unix socket instead of TCP: only this machine, guarded by the rights of its folder.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { open } from "ahnlich";
import { connect } from "ahnlich/client";
import { listen } from "ahnlich/server";

const folder = await mkdtemp(join(tmpdir(), "ahnlich-socket-"));

const engine = await open();
const server = await listen(engine, { socket: join(folder, "engine.sock") });
const client = await connect(server.url);
console.log(new URL(server.url).protocol, (await client.ping()) >= 0);

await client.close();
await engine.close(); // closes its servers too
await rm(folder, { recursive: true });
