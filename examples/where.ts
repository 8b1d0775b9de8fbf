// Predicates over typed metadata: a wrong field or operand does not compile.
import { open } from "ahnlich";

interface Film {
  title: string;
  year: number;
  genres: string[];
  director: { name: string };
}

await using engine = await open();
const films = await engine.createStore<Film>("films", { dimension: 2 });
await films.set([
  {
    vector: [1, 0],
    metadata: { title: "Solaris", year: 1972, genres: ["sf"], director: { name: "Tarkovsky" } },
  },
  {
    vector: [1, 1],
    metadata: { title: "Alien", year: 1979, genres: ["sf", "horror"], director: { name: "Scott" } },
  },
  {
    vector: [0, 1],
    metadata: { title: "Gladiator", year: 2000, genres: ["drama"], director: { name: "Scott" } },
  },
]);

const where = { year: { $gte: 1970, $lt: 1980 }, genres: { $contains: "sf" } };
for (const { metadata } of await films.search([0, 1], { where })) console.log(metadata.title);

console.log(await films.count({ where: { "director.name": "Scott" } }));
console.log(
  await films.count({ where: { $or: [{ year: 2000 }, { title: { $startsWith: "S" } }] } }),
);
