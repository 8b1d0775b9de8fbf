import assert from "node:assert/strict";
import { MemoryListener, memoryPair } from "../../lib/transport/memory.js";
import { transportContract } from "../contracts/transport.contract.js";

describe("memory transport", () => {
  transportContract(async () => {
    const listener = new MemoryListener();
    return {
      listener,
      dial: () => listener.dial(),
      dialDoomed: async () => {
        const transport = await listener.dial();
        return () => transport.break();
      },
    };
  });

  it("gives both ends the reason when it is broken", async () => {
    const [near, far] = memoryPair();
    near.break(new Error("cut"));
    assert.equal((await near.closed)?.message, "cut");
    assert.equal((await far.closed)?.message, "cut");
  });
});
