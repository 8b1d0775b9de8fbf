/** A MessagePack value of any form, now and then one that is none: the bytes of it, as numbers. */
export function wildValue(random: () => number, depth = 0): number[] {
  const below = (bound: number): number => Math.floor(random() * bound);
  const form = pick(depth < 4 ? forms : scalars, random);
  switch (form) {
    case "small":
      return [below(256)];
    case "number": {
      const [lead, size] = pick(numbers, random);
      return [lead, ...bytesOf(random, size)];
    }
    case "name":
      return text(pick(names, random));
    case "bytes": {
      const size = random() < 0.7 ? below(5) * 4 : below(20);
      return [0xc4, size, ...bytesOf(random, size)];
    }
    case "date": {
      const [lead, size] = pick(dates, random);
      return [...lead, ...bytesOf(random, size)];
    }
    case "list":
    case "map": {
      const count = below(5);
      const value = [(form === "list" ? 0x90 : 0x80) + count];
      for (let i = 0; i < count; i++) {
        const key = random() < 0.02 ? wildValue(random, depth + 1) : text(pick(names, random));
        if (form === "map") value.push(...key);
        value.push(...wildValue(random, depth + 1));
      }
      return value;
    }
    default:
      return [...pick(odd, random)];
  }
}

export function pick<T>(choices: readonly T[], random: () => number): T {
  return choices[Math.floor(random() * choices.length)];
}

export function text(name: string): number[] {
  const bytes = Buffer.from(name);
  return bytes.length < 32 ? [0xa0 + bytes.length, ...bytes] : [0xd9, bytes.length, ...bytes];
}

function bytesOf(random: () => number, size: number): number[] {
  return Array.from({ length: size }, () => Math.floor(random() * 256));
}

const scalars = ["small", "number", "number", "name", "name", "bytes", "date"] as const;
const forms = [...scalars, ...scalars, "list", "list", "map", "map", "map", "odd"] as const;

/** Leads, and how many bytes follow. */
const numbers = [
  ...[[0xc0, 0] as const, [0xc2, 0] as const, [0xc3, 0] as const, [0xca, 4] as const],
  ...[[0xcb, 8] as const, [0xcc, 1] as const, [0xcd, 2] as const, [0xce, 4] as const],
  ...[[0xcf, 8] as const, [0xd0, 1] as const, [0xd1, 2] as const, [0xd2, 4] as const],
  [0xd3, 8] as const,
];

const dates = [
  [[0xd6, 0xff], 4] as const,
  [[0xd7, 0xff, 0, 0, 0], 5] as const,
  [[0xd7, 0xff], 8] as const,
  [[0xc7, 12, 0xff], 12] as const,
  [[0xc7, 12, 0xff, 0, 0, 0, 0, 0, 0, 0], 5] as const,
];

const deep = (lead: readonly number[], levels: number): number[] =>
  Array.from({ length: levels }, () => lead).flat();

/** What no honest peer sends. */
const odd: readonly (readonly number[])[] = [
  [0xc1],
  [0xd4, 0x72, 0x40],
  [0xd4, 0x72, 0x40, 0x91, 0xa1, 0x61, 0x40],
  [0xd6, 0x69, 0, 0, 0, 1, 0x90],
  [0xd6, 0x70, 0, 0, 0, 1],
  [0xc7, 1, 0x78, 0],
  [0x92, 0xd4, 0x78, 0, 0xa1, 0x2e],
  [0xc7, 5, 0x74, 9, 1, 2, 3, 4],
  [0xc8, 0, 1, 0x73, 0x90],
  [0xc9, 0xff, 0xff, 0xff, 0xff, 0x65],
  [0xdd, 0xff, 0xff, 0xff, 0xff],
  [0xdf, 0xff, 0xff, 0xff, 0xff],
  [0xdb, 0xff, 0xff, 0xff, 0xff],
  [0xc6, 0xff, 0xff, 0xff, 0xff],
  [0xdd, 0, 0, 0, 0],
  [0xdf, 0, 0, 0, 0],
  [0xdc, 0, 3, 0, 0, 0],
  [0xa2, 0xc3, 0x28],
  [0xa3, 0xed, 0xa0, 0x80],
  [0xa4, 0xf4, 0x90, 0x80, 0x80],
  [0x81, 0xa2, 0xc3, 0x28, 0],
  [0x81, 1, 2],
  [0x81, 0x90, 2],
  [0xcf, 0, 0x1f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
  [0xcf, 0, 0x20, 0, 0, 0, 0, 0, 0],
  [0xd3, 0xff, 0xe0, 0, 0, 0, 0, 0, 1],
  [0xca, 0x7f, 0xc0, 0, 0],
  [0xcb, 0xff, 0xf0, 0, 0, 0, 0, 0, 0],
  [0xcb, 0x80, 0, 0, 0, 0, 0, 0, 0],
  [...deep([0x91], 90), 0xc0],
  [...deep([0x91], 120), 0xc0],
  [...deep([0x81, 0xa4, 0x24, 0x6e, 0x6f, 0x74], 80), 0x80],
  [0xdc, 0, 200, ...deep([0x80], 200)],
];

/** What queries and metadata are made of, and what objects have anyway. */
const names: readonly string[] = [
  ...["ping", "info", "clients", "shutdown", "createStore", "alterStore", "renameStore"],
  ...["dropStore", "listStores", "storeInfo", "set", "update", "get", "find", "count", "delete"],
  ...["search", "searchMany", "changes", "pipeline", "transaction", "verify", "backup", "compact"],
  ...["explain", "query", "measureRecall", "samples", "createIndex", "dropIndex", "field"],
  ...["facets", "sort", "descending"],
  ...["store", "entries", "id", "vector", "metadata", "ttlMs", "ifVersion", "mode", "upsert"],
  ...["insert", "replace", "keys", "include", "where", "limit", "cursor", "target", "targets"],
  ...[
    "near",
    "awayFrom",
    "all",
    "patch",
    "remove",
    "recall",
    "metric",
    "maxDistance",
    "queries",
    "groupBy",
    "diversity",
  ],
  ...["writes", "namespace", "dimension", "ifNotExists", "ifExists", "to", "since", "waitMs"],
  ...["cosine", "euclidean", "dot", "name", "reason", "timeoutMs", "idempotencyKey", "write"],
  ...["$eq", "$ne", "$in", "$nin", "$gt", "$gte", "$lt", "$lte", "$exists", "$startsWith"],
  ...["$contains", "$and", "$or", "$not", "films", "watched", "films.new", "a/films", "alien"],
  ...["year", "title", "cast.director", "genres", "", ".", "..", "a.b.c", "/", "a/", "\u0000"],
  ...["__proto__", "__proto_", "constructor", "hasOwnProperty", "toJSON", "then", "length"],
  ...["é".repeat(30), "x".repeat(200), "0", "-1", "1e3", "4294967295", "kind"],
];
