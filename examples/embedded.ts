// A store in this process: nothing to install beside the package, nothing kept.
import { open } from "ahnlich";

await using engine = await open();
const colours = await engine.createStore("colours", { dimension: 3, metric: "euclidean" });

await colours.set([
  { id: "red", vector: [255, 0, 0] },
  { id: "orange", vector: [255, 165, 0] },
  { id: "navy", vector: [0, 0, 128] },
]);

const matches = await colours.search([250, 120, 10], { limit: 2 });
for (const { id, distance } of matches) console.log(id, distance.toFixed(1));
