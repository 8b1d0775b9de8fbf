/** What runs in processes and threads of its own. */
export const serveChild: URL = new URL("./serve-child.js", import.meta.url);
export const largeChild: URL = new URL("./large-child.js", import.meta.url);
export const lmdbWorker: URL = new URL("../limits/raw-lmdb-worker.js", import.meta.url);
