import { type EmbeddedEngine, open } from "../../lib/index.js";
import { TemporaryFolder } from "./temporary-folder.js";

/** An engine in memory to import into, and a folder for files, for all tests of the block it is called in. */
export function duringImports(): Imports {
  const folder = new TemporaryFolder();
  let engine: EmbeddedEngine | undefined;
  let stores = 0;
  before(async () => {
    engine = await open({ threads: 0 });
  });
  after(async () => {
    await engine?.close();
    folder.remove();
  });
  return {
    folder,
    get engine() {
      if (engine === undefined) throw new Error("the engine is there only while tests run");
      return engine;
    },
    newName: () => `s${++stores}`,
  };
}

export interface Imports {
  readonly folder: TemporaryFolder;
  readonly engine: EmbeddedEngine;
  /** A name that no other store of the engine has. */
  newName(): string;
}
