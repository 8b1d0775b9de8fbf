// What a query costs: how it is carried out, and how much is looked at for it.
import { open, query } from "ahnlich";

await using engine = await open();
const films = await engine.createStore("films", { dimension: 2 });
await films.set([
  { id: "Solaris", vector: [1, 0], metadata: { year: 1972 } },
  { id: "Alien", vector: [1, 1], metadata: { year: 1979 } },
  { id: "Gladiator", vector: [0, 1], metadata: { year: 2000 } },
]);

const search = query.search({ store: "films", target: [0, 1] });
for (const asked of [
  search,
  { ...search, where: { year: { $lt: 1990 } } },
  query.count({ store: "films" }),
]) {
  const { plan, examined, matched } = await engine.explain(asked);
  console.log(`${asked.kind}, ${plan}: ${examined} looked at, ${matched} found`);
}

// And how much of the true nearest is found, measured with vectors of the store.
const { recall, samples } = await films.measureRecall({ limit: 2 });
console.log(`recall ${recall} of ${samples} samples`);
