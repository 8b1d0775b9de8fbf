import { scryptSync } from "node:crypto";
import { chmodSync, writeFileSync } from "node:fs";
import type { Right } from "../../lib/model/right.js";
import type { User } from "../../lib/server/user.js";
import { printUsers } from "../../lib/server/users-text.js";

export interface UserFields {
  readonly password?: string;
  readonly certificate?: boolean;
  readonly rights?: { readonly [namespace: string]: Right };
}

/** Writes a file of users, whose passwords are kept at the least cost so that specs are quick. */
export function writeUsers(path: string, users: { readonly [name: string]: UserFields }): void {
  const made = Object.entries(users).map(
    ([name, fields]) => [name, makeUser(name, fields)] as const,
  );
  writeFileSync(path, printUsers(new Map(made)), { mode: 0o600 });
  chmodSync(path, 0o600);
}

export function makeUser(name: string, { password, certificate, rights }: UserFields): User {
  return {
    name,
    password: password === undefined ? undefined : cheapHash(password),
    certificate: certificate ?? false,
    rights: new Map(Object.entries(rights ?? {})),
  };
}

/** As the page says that passwords are kept: derived here anew, not by the code under test. */
export function cheapHash(password: string): string {
  const salt = Buffer.from("0123456789abcdef");
  const hash = scryptSync(password, salt, 32, { N: 2 ** 10, r: 8, p: 1 });
  const text = (bytes: Buffer) => bytes.toString("base64").replaceAll("=", "");
  return `$scrypt$ln=10,r=8,p=1$${text(salt)}$${text(hash)}`;
}
