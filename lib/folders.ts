/** What the command line does with folders in which it opens no engine. */

export { backUpFolder } from "./keeping/back-up-folder.js";
export { fileIn } from "./keeping/file-in.js";
export { restore } from "./keeping/restore.js";
export { verifyFolder } from "./keeping/verify-folder.js";
export { AhnlichError } from "./model/errors.js";
