import type { Limits } from "../model/limits.js";
import { applyDelete } from "./apply-delete.js";
import { applySet } from "./apply-set.js";
import { applyUpdate, type Rewritten } from "./apply-update.js";
import type { Command, EntryWrite } from "./command.js";
import type { Draft } from "./draft.js";
import type { Steps } from "./steps.js";

type EntryCommand = Extract<Command, { kind: EntryWrite["kind"] }>;

/**
 * Applies a command that writes the entries of one store: alone, or as a part of a transaction, whose updates add
 * up what they write.
 */
export function applyEntryWrite(
  draft: Draft,
  command: EntryCommand,
  limits: Limits,
  rewritten: Rewritten = { bytes: 0 },
): Steps<unknown> {
  switch (command.kind) {
    case "set":
      return applySet(draft, command, limits);
    case "update":
      return applyUpdate(draft, command, limits, rewritten);
    case "delete":
      return applyDelete(draft, command);
  }
}
