import type { Option } from "commander";
import { type ServerLimits, serverLimits } from "../server.js";
import { numberFlag } from "./flag.js";

/** A flag for every limit of a server: inFlightMax is --in-flight-max. */
export function limitFlags(): Option[] {
  return Object.entries(serverLimits).map(([name, { standard, least, most, says }]) =>
    numberFlag(flagOf(name), `${says} (default: ${standard})`, least, most),
  );
}

/** The limits among the flags that were given. */
export function limitsIn(flags: Partial<ServerLimits>): Partial<ServerLimits> {
  const names = Object.keys(serverLimits) as (keyof ServerLimits)[];
  return Object.fromEntries(names.map((name) => [name, flags[name]]));
}

function flagOf(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}
