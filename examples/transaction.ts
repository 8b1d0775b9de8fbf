// Several writes, over stores of one namespace: all of them or none, guarded by the version that was read.
import { AhnlichError, open, query } from "ahnlich";

await using engine = await open();
const shelf = await engine.createStore("library/shelf", { dimension: 2 });
const lent = await engine.createStore("library/lent", { dimension: 2 });
await shelf.set({ id: "emma", vector: [1, 0], metadata: { title: "Emma" } });

async function lend(id: string, version: number, to: string): Promise<void> {
  const [book] = await shelf.get([id]);
  const [{ inserted }, removed] = await engine.transaction([
    query.set({
      store: lent.name,
      entries: [{ id, vector: book?.vector ?? [0, 1], metadata: { to } }],
    }),
    query.delete({ store: shelf.name, target: id, ifVersion: version }),
  ]);
  console.log(`lent to ${to}:`, inserted, removed);
}

const version = (await shelf.get("emma"))?.version ?? 0;
await lend("emma", version, "Ada");
try {
  await lend("emma", version, "Bea"); // who saw the same version
} catch (error) {
  if (!(error instanceof AhnlichError)) throw error;
  console.log(error.code, "of write", error.details.index);
}

await lent.update("emma", { metadata: { due: "2027-01-31" } });
console.log((await lent.get("emma"))?.metadata);
