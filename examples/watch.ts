// A cache kept in step with a store. Where its history is lost, everything is read anew.
import { AhnlichError, type Metadata, open } from "ahnlich";

await using engine = await open();
const films = await engine.createStore("films", { dimension: 2 });
await films.set({ id: "Alien", vector: [1, 1], metadata: { year: 1979 } });
const cache = new Map<string, Metadata>();

/** The position is taken before all is read: what comes in between is told again rather than missed. */
async function readAll(): Promise<string> {
  const { position } = await films.info();
  cache.clear();
  for await (const { id, metadata } of films) cache.set(id, metadata);
  console.log("read", [...cache.keys()]);
  return position;
}

async function follow(since: string): Promise<void> {
  try {
    for await (const { kind, id } of films.watch({ since })) {
      const film = kind === "set" ? await films.get(id) : undefined;
      if (film === undefined) cache.delete(id);
      else cache.set(id, film.metadata);
      console.log(kind, id);
      if (id === "Brazil") return; // otherwise it waits for more
    }
  } catch (error) {
    if (!(error instanceof AhnlichError) || error.code !== "HISTORY_LOST") throw error;
    return follow(await readAll());
  }
}

await using other = await open();
const following = follow((await other.info()).position); // of another engine: as good as too old
while (cache.size === 0) await films.count();
await films.delete("Alien");
await films.set({ id: "Brazil", vector: [0, 1], metadata: { year: 1985 } });
await following;
console.log([...cache.keys()]);
