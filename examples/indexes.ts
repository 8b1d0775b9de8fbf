// Indexes of metadata fields: made with the store or later, asked by predicates and facets, and seen in explain.
import { open, query } from "ahnlich";

await using engine = await open();
const films = await engine.createStore("films", { dimension: 2, indexes: ["year"] });
await films.load(
  Array.from({ length: 2_000 }, (_, i) => ({
    vector: [i, 1],
    metadata: { year: 1900 + (i % 100), director: { name: `Director ${i % 40}` } },
  })),
);

const where = { year: { $gte: 1990 }, "director.name": { $startsWith: "Director 1" } };
const show = async () => {
  const { plan, indexes, examined, matched } = await engine.explain(
    query.count({ store: "films", where }),
  );
  console.log(`${plan} of ${indexes.join(", ")}: ${examined} looked at, ${matched} found`);
};
await show();
await films.createIndex("director.name"); // behind other work; settles when it is used
await show();
console.log((await films.info()).indexes.map(({ field, progress }) => `${field} ${progress}`));
console.log(await films.facets("director.name", { where, limit: 2 }));
await films.dropIndex("director.name");
