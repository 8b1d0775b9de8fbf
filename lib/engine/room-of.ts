import type { Write } from "./command.js";

/**
 * About how many bytes the write adds to what is kept; undefined where it takes away, and so must be
 * possible on a disk that is full.
 */
export function roomOf(write: Write): number | undefined {
  switch (write.kind) {
    case "delete":
    case "dropStore":
    case "dropNamespace":
    case "expire":
    case "erase":
    case "forget":
      return undefined;
    case "set":
      return write.entries.reduce((sum, { vector, metadata }) => {
        return sum + vector.byteLength + metadata.length + bytesBeside;
      }, 0);
    case "transaction": {
      const rooms = write.writes.map(roomOf).filter((room) => room !== undefined);
      return rooms.length === 0 ? undefined : rooms.reduce((sum, room) => sum + room, 0);
    }
    default:
      return bytesBeside;
  }
}

/** Keys, ids, checksums and the change log. */
const bytesBeside = 200;
