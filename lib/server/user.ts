import { includesRight, type Right } from "../model/right.js";

/** Who may connect, and what they may do then: nothing that is not said here. */
export interface User {
  readonly name: string;
  /** What a password is checked against, from `hashPassword`; absent: no password is taken. */
  readonly password?: string | undefined;
  /** Whether a certificate that carries this name stands for the user. */
  readonly certificate: boolean;
  /** By namespace: "" holds the stores without one, "*" stands for all. */
  readonly rights: ReadonlyMap<string, Right>;
}

export type Users = ReadonlyMap<string, User>;

/** Of every namespace. */
export const everyNamespace = "*";

/** 1 to 60 characters: together with the id of a client it is one scope of write numbers. */
export const userName: RegExp = /^[A-Za-z0-9_.@-]{1,60}$/;

/** Whether the user holds the right in that namespace, or in all. */
export function mayIn(user: User, right: Right, namespace: string): boolean {
  return includesRight(user.rights.get(namespace), right) || mayEverywhere(user, right);
}

/** Whether the user holds the right in all namespaces, those to come among them. */
export function mayEverywhere(user: User, right: Right): boolean {
  return includesRight(user.rights.get(everyNamespace), right);
}

/** Whether the user holds the right anywhere. */
export function maySomewhere(user: User, right: Right): boolean {
  for (const held of user.rights.values()) if (includesRight(held, right)) return true;
  return false;
}
