import { AhnlichError } from "../model/errors.js";
import type { Limits } from "../model/limits.js";
import { applyEntryWrite } from "./apply-entry-write.js";
import { applyErase } from "./apply-erase.js";
import { applyExpire } from "./apply-expire.js";
import {
  applyBuildIndex,
  applyCreateIndex,
  applyDropIndex,
  applyEraseIndex,
} from "./apply-indexes.js";
import {
  applyAlterStore,
  applyCreateStore,
  applyDropNamespace,
  applyDropStore,
  applyRenameStore,
} from "./apply-stores.js";
import { applyTransaction } from "./apply-transaction.js";
import type { Command } from "./command.js";
import type { Draft } from "./draft.js";
import { done, type Steps } from "./steps.js";

/**
 * Applies one command to the draft and answers it: checks first, then writes, so that a command that is
 * refused has changed nothing. Deterministic: nothing but the draft, the command and the limits counts.
 */
export function apply(draft: Draft, command: Command, limits: Limits): Steps<unknown> {
  switch (command.kind) {
    case "createStore":
      return done(applyCreateStore(draft, command, limits));
    case "alterStore":
      return done(applyAlterStore(draft, command));
    case "createIndex":
      return applyCreateIndex(draft, command);
    case "dropIndex":
      return done(applyDropIndex(draft, command));
    case "buildIndex":
      return applyBuildIndex(draft, command);
    case "eraseIndex":
      return applyEraseIndex(draft, command);
    case "renameStore":
      return done(applyRenameStore(draft, command));
    case "dropStore":
      return done(applyDropStore(draft, command));
    case "dropNamespace":
      return applyDropNamespace(draft, command);
    case "set":
    case "update":
    case "delete":
      return applyEntryWrite(draft, command, limits);
    case "transaction":
      return applyTransaction(draft, command, limits);
    case "expire":
      return applyExpire(draft, command);
    case "erase":
      return done(applyErase(draft, command));
    case "forget":
      return draft.results.forget(command.time, command.rows);
    default:
      return unknownCommand(command);
  }
}

/** A command of a later version must stop the engine rather than be passed over. */
function unknownCommand(command: never): never {
  const { kind } = command as { kind: unknown };
  throw new AhnlichError("UNSUPPORTED", `there is no command ${String(kind)}`);
}
