// Any number of entries from any iterable, in batches that are each all or nothing.
import { open } from "ahnlich";

async function* measurements(count: number) {
  for (let i = 0; i < count; i++) {
    const angle = (i / count) * 2 * Math.PI;
    yield { id: `${i}`, vector: [Math.cos(angle), Math.sin(angle)], metadata: { hour: i % 24 } };
  }
}

await using engine = await open();
const store = await engine.createStore("measurements", { dimension: 2 });

const { inserted } = await store.load(measurements(5_000), {
  batch: 1_000,
  onProgress: (done) => console.log(`${done} loaded`),
});
console.log(inserted, await store.count({ where: { hour: { $lt: 6 } } }));
