/** What the command line does with a file of users. */

export { AhnlichError } from "./model/errors.js";
export { type Right, rightNames } from "./model/right.js";
export { checkPassword, hashPassword } from "./server/password.js";
export { everyNamespace, type User } from "./server/user.js";
export { changeUsers, readUsers } from "./server/users-file.js";
export { checkRightsPlace, checkUserName } from "./server/users-text.js";
