import type { Limits } from "../model/limits.js";
import { applyDelete } from "./apply-delete.js";
import { applySet } from "./apply-set.js";
import { applyUpdate } from "./apply-update.js";
import type { Command, EntryWrite } from "./command.js";
import type { Draft } from "./draft.js";
import type { Steps } from "./steps.js";

type EntryCommand = Extract<Command, { kind: EntryWrite["kind"] }>;

/** Applies a command that writes the entries of one store: alone, or as a part of a transaction. */
export function* applyEntryWrite(
  draft: Draft,
  command: EntryCommand,
  limits: Limits,
): Steps<unknown> {
  switch (command.kind) {
    case "set":
      return yield* applySet(draft, command, limits);
    case "update":
      return yield* applyUpdate(draft, command, limits);
    case "delete":
      return yield* applyDelete(draft, command);
  }
}
