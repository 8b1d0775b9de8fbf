// Two processes on one folder: the first owns it, the other reaches it through the first, and takes over.
import { fork } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { open } from "ahnlich";

const [, , given] = process.argv;
if (given === undefined) await parent(await mkdtemp(join(tmpdir(), "ahnlich-several-")));
else await child(given);

async function parent(folder: string) {
  const owner = fork(fileURLToPath(import.meta.url), [folder]);
  await once(owner, "message");
  const engine = await open(folder, { shared: true }); // reaches the owner
  const notes = engine.store("notes");
  await notes.set({ id: "here", vector: [0, 1] });
  console.log(await notes.count());

  owner.kill("SIGKILL");
  await notes.set({ id: "again", vector: [1, 1] }); // into the folder that it owns now
  console.log(await notes.count());
  await engine.close();
  await rm(folder, { recursive: true });
}

async function child(folder: string) {
  const engine = await open(folder, { shared: true });
  const notes = await engine.createStore("notes", { dimension: 2 });
  await notes.set({ id: "there", vector: [1, 0] });
  process.on("disconnect", () => engine.close());
  process.send?.("open");
}
