import { AhnlichError } from "../model/errors.js";
import type { Credentials } from "../protocol/credentials.js";
import type { Transport } from "../transport/transport.js";
import type { Audit } from "./audit.js";
import type { LoginThrottle } from "./login-throttle.js";
import { decoyOf, verifyPassword } from "./password.js";
import type { User } from "./user.js";
import type { UserRegistry } from "./user-registry.js";

/** Who a session speaks for, and how that was proved: looked up again with every request. */
export interface Identity {
  readonly name: string;
  /** What the password was checked against; absent: it was a certificate. */
  readonly password?: string | undefined;
}

/** What a login stands on. */
export interface LoginParts {
  readonly users: UserRegistry;
  readonly throttle: LoginThrottle;
  readonly audit: Audit | undefined;
  /** In the place of `verifyPassword`. */
  readonly verify?: typeof verifyPassword;
}

/** Who connects, told by the users of one server. Whatever is wrong, the answer is the same. */
export class Login {
  readonly #users: UserRegistry;
  readonly #throttle: LoginThrottle;
  readonly #audit: Audit | undefined;
  readonly #verify: typeof verifyPassword;

  constructor({ users, throttle, audit, verify = verifyPassword }: LoginParts) {
    this.#users = users;
    this.#throttle = throttle;
    this.#audit = audit;
    this.#verify = verify;
  }

  /**
   * Who the peer is: by its password where it sends one, else by its certificate.
   *
   * @throws UNAUTHENTICATED, always in the same words and, for names that are unknown, after the same
   * time; BUSY when too many log in at once
   */
  async prove(credentials: Credentials | undefined, transport: Transport): Promise<Identity> {
    if (credentials === undefined) return this.#proveByCertificate(transport);
    // What others may have read is no secret any more, right or wrong.
    if (transport.confidential !== true) {
      throw this.#turnAway(transport, credentials.user, "a password that others may have read");
    }
    return await this.#proveByPassword(credentials, transport);
  }

  /** @throws UNAUTHENTICATED where the user is gone, or what proved the identity no longer does */
  userOf(identity: Identity): User {
    const user = this.#users.get(identity.name);
    const holds =
      identity.password === undefined ? user?.certificate : user?.password === identity.password;
    if (user === undefined || holds !== true) throw unauthenticated();
    return user;
  }

  #proveByCertificate(transport: Transport): Identity {
    const { certified: name } = transport;
    const user = name === undefined ? undefined : this.#users.get(name);
    if (user?.certificate === true) return { name: user.name };
    const reason = name === undefined ? "no credentials" : "a certificate of no user";
    throw this.#turnAway(transport, name, reason);
  }

  async #proveByPassword(
    { user: name, password }: Credentials,
    transport: Transport,
  ): Promise<Identity> {
    const { peer } = transport;
    let isGone = false;
    void transport.closed.then(() => {
      isGone = true;
    });
    if (!(await this.#throttle.turn(name, peer))) {
      throw this.#turnAway(transport, name, "too many attempts");
    }
    if (isGone) throw unauthenticated();
    const stored = this.#users.get(name)?.password;
    const checked = stored ?? decoyOf(this.#users.exampleFor(name));
    const isRight = await this.#verify(password, checked, () => !isGone);
    if (isGone) throw unauthenticated();
    if (isRight && stored !== undefined) {
      this.#throttle.succeeded(name, peer);
      return { name, password: stored };
    }
    this.#throttle.failed(name, peer);
    throw this.#turnAway(transport, name, "a wrong password");
  }

  /** The name is told where it is known: what a stranger types there may be a password. */
  #turnAway({ peer }: Transport, name: string | undefined, reason: string): AhnlichError {
    const user = name === undefined ? undefined : this.#users.get(name)?.name;
    const isKnown = name === undefined || user !== undefined;
    const asker = { ...(user === undefined ? {} : { user }), address: peer };
    this.#audit?.turnedAway(asker, isKnown ? reason : "an unknown user");
    return unauthenticated();
  }
}

/** The one answer to all who are not let in. */
export function unauthenticated(): AhnlichError {
  const sentence = "expected a user and a password, or a certificate, that the server knows";
  return new AhnlichError("UNAUTHENTICATED", sentence);
}
