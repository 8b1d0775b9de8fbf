import { AhnlichError } from "../../lib/model/errors.js";
import { type Login, unauthenticated } from "../../lib/server/login.js";
import type { UserRegistry } from "../../lib/server/user-registry.js";
import type { Breakage } from "./breakages.js";

/** A login that is broken on purpose: strangers can tell which users there are. */
export function brokenLogin(
  breakage: Breakage | undefined,
  login: Login,
  users: UserRegistry,
): Pick<Login, "prove"> {
  if (breakage === undefined) return login;
  return {
    prove: async (credentials, transport) => {
      const isKnown = credentials !== undefined && users.get(credentials.user) !== undefined;
      if (!isKnown && breakage === "hurried") throw unauthenticated();
      if (isKnown && breakage === "telling") {
        throw new AhnlichError("UNAUTHENTICATED", "the password is wrong");
      }
      return await login.prove(credentials, transport);
    },
  };
}
