import { duringSuite, type Reach } from "../support/reach.js";
import { rejects } from "../support/rejects.js";

export function backupContract(reach: Reach): void {
  describe("backup", () => {
    const suite = duringSuite(reach);

    it("is FORBIDDEN where no folder was given for the backups of clients", () =>
      rejects(suite.engine.execute({ kind: "backup", name: "monday" }), "FORBIDDEN"));

    it("refuses a name that is more than one", async () => {
      for (const name of ["", "..", "a/b", "/etc", undefined as never]) {
        await rejects(suite.engine.execute({ kind: "backup", name }), "INVALID_ARGUMENT");
      }
    });
  });
}
