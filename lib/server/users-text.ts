import { AhnlichError } from "../model/errors.js";
import { type Right, rightNames } from "../model/right.js";
import { checkNamespace } from "../model/store-name.js";
import { isPasswordHash } from "./password.js";
import { everyNamespace, type User, type Users, userName } from "./user.js";

/**
 * The users that a file's text describes. What the text is not expected to hold is refused, never
 * passed over: a word misspelled might be a right taken away.
 *
 * @param file how errors call it; they never quote it
 * @throws INVALID_ARGUMENT, FORMAT_TOO_NEW
 */
export function parseUsers(text: string, file: string): Users {
  const whole = objectIn(parseJson(text, file), ["format", "users"], file, "the file");
  if (whole.format !== usersFormat) {
    if (Number.isInteger(whole.format) && Number(whole.format) > usersFormat) {
      const sentence = `${file}: written by a newer version, of format ${whole.format}`;
      throw new AhnlichError("FORMAT_TOO_NEW", sentence, { details: { file } });
    }
    throw wrong(file, `format: expected ${usersFormat}`);
  }
  const listed = Object.entries(objectIn(whole.users, undefined, file, "users"));
  if (listed.length > usersMax) throw wrong(file, `expected at most ${usersMax} users`);
  return new Map(listed.map(([name, fields]) => [name, readUser(name, fields, file)]));
}

/** The text that `parseUsers` reads, in the order of the names. */
export function printUsers(users: Users): string {
  const sorted = [...users.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  const fields = sorted.map(({ name, password, certificate, rights }) => [
    name,
    {
      ...(password === undefined ? {} : { password }),
      ...(certificate ? { certificate } : {}),
      rights: Object.fromEntries(rights),
    },
  ]);
  const whole = { format: usersFormat, users: Object.fromEntries(fields) };
  return `${JSON.stringify(whole, undefined, 2)}\n`;
}

/** @throws INVALID_ARGUMENT unless it is a name that a user may have */
export function checkUserName(name: unknown): string {
  if (typeof name === "string" && userName.test(name)) return name;
  const sentence = "user: expected a name of 1 to 60 of A-Z a-z 0-9 _ . @ -";
  throw new AhnlichError("INVALID_ARGUMENT", sentence);
}

/** @throws INVALID_ARGUMENT unless it is a namespace, "" or "*" */
export function checkRightsPlace(namespace: string): string {
  return namespace === "" || namespace === everyNamespace ? namespace : checkNamespace(namespace);
}

function readUser(name: string, fields: unknown, file: string): User {
  // Only names that are well-formed are quoted: anything else may be a secret at the wrong place.
  if (!userName.test(name)) throw wrong(file, "a user's name is 1 to 60 of A-Z a-z 0-9 _ . @ -");
  const names = ["password", "certificate", "rights"];
  const { password, certificate = false, rights } = objectIn(fields, names, file, name);
  if (password !== undefined && !isPasswordHash(password)) {
    throw wrong(file, `${name}: the password is none that ahnlich has written`);
  }
  if (typeof certificate !== "boolean") throw wrong(file, `${name}: certificate: true or false`);
  return { name, password, certificate, rights: readRights(name, rights, file) };
}

function readRights(name: string, given: unknown, file: string): ReadonlyMap<string, Right> {
  const listed = Object.entries(objectIn(given, undefined, file, `${name}: rights`));
  if (listed.length > rightsMax) throw wrong(file, `${name}: at most ${rightsMax} rights`);
  for (const [namespace, right] of listed) {
    if (!(rightNames as readonly unknown[]).includes(right)) {
      throw wrong(file, `${name}: a right is one of ${rightNames.join(", ")}`);
    }
    try {
      checkRightsPlace(namespace);
    } catch {
      throw wrong(file, `${name}: rights are given in a namespace, in "" or in "*"`);
    }
  }
  return new Map(listed as [string, Right][]);
}

function parseJson(text: string, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // What the parser says quotes the text.
    throw wrong(file, "the file is not JSON");
  }
}

function objectIn(
  value: unknown,
  names: readonly string[] | undefined,
  file: string,
  what: string,
): Record<string, unknown> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw wrong(file, `${what}: expected an object`);
  }
  const unknown = Object.keys(value).some((name) => names !== undefined && !names.includes(name));
  if (unknown) throw wrong(file, `${what}: expected nothing but ${names?.join(", ")}`);
  return value as Record<string, unknown>;
}

function wrong(file: string, sentence: string): AhnlichError {
  return new AhnlichError("INVALID_ARGUMENT", `${file}: ${sentence}`, { details: { file } });
}

const usersFormat = 1;
export const usersMax = 1_000;
/** Namespaces that one user has rights in. */
const rightsMax = 1_000;
