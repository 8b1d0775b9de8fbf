import assert from "node:assert/strict";
import { duringSuite, type Reach } from "../support/reach.js";
import { rejects } from "../support/rejects.js";

export function compactContract(reach: Reach): void {
  describe("compact", () => {
    const suite = duringSuite(reach);

    it("changes nothing that is kept, and tells how many bytes it gave back", async () => {
      const store = await suite.newStore({ dimension: 2 });
      await store.set([...Array(200).keys()].map((i) => ({ id: `${i}`, vector: [i, 1] })));
      await store.delete([...Array(150).keys()].map((i) => `${i}`));
      const { bytes } = await suite.engine.execute({ kind: "compact" });
      assert.ok(Number.isSafeInteger(bytes) && bytes >= 0);
      assert.equal(await store.count(), 50);
      await store.set({ id: "later", vector: [7, 7] });
      const [match] = await store.search([7, 7], { limit: 1 });
      assert.equal(match?.id, "later");
      assert.deepEqual((await suite.engine.execute({ kind: "verify" })).problems, []);
    });

    it("is refused with a field", () =>
      rejects(suite.engine.execute({ kind: "compact", now: true } as never), "INVALID_ARGUMENT"));
  });
}
