import { AhnlichError } from "../model/errors.js";
import type { Credentials } from "../protocol/credentials.js";
import type { Transport } from "../transport/transport.js";
import { decoyOf, verifyPassword } from "./password.js";
import type { User } from "./user.js";
import type { UserRegistry } from "./user-registry.js";

/** Who a session speaks for, and how that was proved: looked up again with every request. */
export interface Identity {
  readonly name: string;
  /** What the password was checked against; absent: it was a certificate. */
  readonly password?: string | undefined;
}

/** Who connects, told by the users of one server. Whatever is wrong, the answer is the same. */
export class Login {
  readonly #users: UserRegistry;

  constructor(users: UserRegistry) {
    this.#users = users;
  }

  /**
   * Who the peer is: by its password where it sends one, else by its certificate.
   *
   * @throws UNAUTHENTICATED, always in the same words and, for names that are unknown, after the same
   * time; BUSY when too many log in at once
   */
  async prove(credentials: Credentials | undefined, transport: Transport): Promise<Identity> {
    if (credentials === undefined) return this.#proveByCertificate(transport.certified);
    // What others may have read is no secret any more, right or wrong.
    if (transport.confidential !== true) throw unauthenticated();
    return await this.#proveByPassword(credentials);
  }

  /** @throws UNAUTHENTICATED where the user is gone, or what proved the identity no longer does */
  userOf(identity: Identity): User {
    const user = this.#users.get(identity.name);
    const holds =
      identity.password === undefined ? user?.certificate : user?.password === identity.password;
    if (user === undefined || holds !== true) throw unauthenticated();
    return user;
  }

  #proveByCertificate(name: string | undefined): Identity {
    const user = name === undefined ? undefined : this.#users.get(name);
    if (user?.certificate !== true) throw unauthenticated();
    return { name: user.name };
  }

  async #proveByPassword({ user: name, password }: Credentials): Promise<Identity> {
    const stored = this.#users.get(name)?.password;
    const checked = stored ?? decoyOf(this.#users.exampleFor(name));
    const isRight = await verifyPassword(password, checked);
    if (!isRight || stored === undefined) throw unauthenticated();
    return { name, password: stored };
  }
}

/** The one answer to all who are not let in. */
export function unauthenticated(): AhnlichError {
  const sentence = "expected a user and a password, or a certificate, that the server knows";
  return new AhnlichError("UNAUTHENTICATED", sentence);
}
