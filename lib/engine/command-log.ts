import type { InjectionToken } from "tsyringe";
import type { AhnlichError } from "../model/errors.js";
import type { Command } from "./command.js";

/**
 * Told of every command once it is decided for good, in the order of their sequences. Whoever applies those that were
 * not refused, one after the other, to an empty engine of the same beginning has the same rows.
 */
export interface CommandLog {
  decided(decision: Decision): void;
}

/** A command, and what it came to. */
export interface Decision {
  readonly command: Command;
  readonly answer: unknown;
  /** Why it was refused, and so changed nothing. */
  readonly error: AhnlichError | undefined;
}

export const CommandLog: InjectionToken<CommandLog> = Symbol("CommandLog");
