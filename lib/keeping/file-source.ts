import { LmdbEnvironment } from "../persistence/lmdb.js";
import type { BackupSource } from "./back-up.js";

/** The environment's file as it is at one commit, whoever has it open and writes to it. */
export function fileSource(file: string): BackupSource {
  return {
    async copyTo(copy) {
      const environment = await LmdbEnvironment.openToRead(file);
      try {
        await environment.copyTo(copy);
      } finally {
        await environment.close();
      }
    },
  };
}
