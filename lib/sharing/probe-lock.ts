import { LmdbEnvironment } from "../persistence/lmdb.js";

/** A process that ends well once it has had the write lock of the environment that its argument names. */
const environment = await LmdbEnvironment.open(String(process.argv[2]));
environment.probe();
await environment.close();
