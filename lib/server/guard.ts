import type { StoreInfo } from "../model/answers.js";
import type { CallOptions } from "../model/options.js";
import { type Query, waitsForChanges } from "../model/query.js";
import type { Credentials } from "../protocol/credentials.js";
import type { Transport } from "../transport/transport.js";
import { type Identity, Login, type LoginParts } from "./login.js";
import { permit } from "./permit.js";

/** Carries out what a query asks, once it is permitted. */
export type CarryOut = (query: Query, options: CallOptions) => Promise<unknown>;

/** Stands before the engine of a server that has users: who is let in, and what they may do. */
export class Guard {
  readonly #login: Login;

  constructor(parts: LoginParts) {
    this.#login = new Login(parts);
  }

  /** @throws as `Login.prove` does */
  prove(credentials: Credentials | undefined, transport: Transport): Promise<Identity> {
    return this.#login.prove(credentials, transport);
  }

  /** Whether the identity holds no longer. */
  isOver(identity: Identity): boolean {
    try {
      this.#login.userOf(identity);
      return false;
    } catch {
      return true;
    }
  }

  /** The rights are those of now: what has waited for changes is judged again before it is answered. */
  async execute(
    identity: Identity,
    query: Query,
    options: CallOptions,
    carryOut: CarryOut,
  ): Promise<unknown> {
    let listed: Promise<unknown> | undefined;
    // Once for a whole pipeline, however often it asks.
    const listStores = () => {
      listed ??= carryOut({ kind: "listStores" }, {});
      return listed as Promise<StoreInfo[]>;
    };
    const user = this.#login.userOf(identity);
    const permitted = permit(user, query, listStores);
    const answer = await carryOut(permitted.query, options);
    if (waitsForChanges(query)) permit(this.#login.userOf(identity), query, listStores);
    return permitted.show(answer);
  }
}
