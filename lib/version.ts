import { createRequire } from "node:module";

const { version } = createRequire(import.meta.url)("../../package.json") as { version: string };

/** The version of this package, and the protocol it speaks: their majors are the same. */
export const packageVersion: string = version;
