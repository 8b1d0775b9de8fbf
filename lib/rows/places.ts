/*
 * Places are ordinals counted from the first of their block. Those that have a term, one at least, are kept as what
 * takes the fewest bytes, behind a head of two:
 *
 *   | place u16 |                              one place, below 0x8000
 *   | 0x8000 + length u16 | gaps |             a list: of each place, how many are left out before it
 *   | 0x9000 + length u16 | gaps and lengths | runs: how many are left out before each, how many it has beyond one
 *   | 0xa000 u16 | 4,096 bytes |               a bit for each place, the lowest of the first byte first
 *
 * Gaps and lengths are numbers of 7 bits a byte, the lowest first, with 0x80 where more follow. Of several that are
 * equally short it is the first of these.
 */

export const blockBits = 15;
export const blockOrdinals: number = 2 ** blockBits;
export const blockWords: number = blockOrdinals / 32;
const bitmapBytes: number = blockOrdinals / 8;

/** So many bytes places take at most, with their head. */
export const placesBytesMax: number = 2 + bitmapBytes;

/** Where the places with that head end: beyond the bytes where they are cut off, NaN where no head is like that. */
export function endOfPlaces(bytes: Uint8Array, at: number): number {
  const head = headAt(bytes, at);
  if (head < single) return at + 2;
  const kind = head & kindBits;
  if (kind === bitmap) return head === bitmap ? at + placesBytesMax : Number.NaN;
  return kind === list || kind === runs ? at + 2 + (head & lengthBits) : Number.NaN;
}

/** Reads places in their order into `places`, which has room for a block; how many. */
export function readPlaces(bytes: Uint8Array, at: number, places: Uint16Array): number {
  const head = headAt(bytes, at);
  if (head < single) {
    places[0] = head;
    return 1;
  }
  const kind = head & kindBits;
  if (kind === bitmap) return readBits(bytes, at + 2, places);
  const end = at + 2 + (head & lengthBits);
  return kind === runs
    ? readRuns(bytes, at + 2, end, places)
    : readList(bytes, at + 2, end, places);
}

/** Writes that many places, which are in order, each once; where they end. */
export function writePlaces(
  places: Uint16Array,
  count: number,
  bytes: Uint8Array,
  at: number,
): number {
  if (count === 1) return writeHead(bytes, at, places[0] as number);
  const asList = listBytes(places, count);
  // Each run takes two bytes at least.
  const most = Math.min(asList, bitmapBytes);
  const asRuns = runsOf(places, count) * 2 < most ? runBytes(places, count) : most;
  if (Math.min(asList, asRuns) >= bitmapBytes) {
    const end = writeHead(bytes, at, bitmap);
    bytes.fill(0, end, end + bitmapBytes);
    for (let i = 0; i < count; i++) {
      const place = places[i] as number;
      const byte = end + (place >>> 3);
      bytes[byte] = (bytes[byte] as number) | (1 << (place & 7));
    }
    return end + bitmapBytes;
  }
  return asList <= asRuns
    ? writeList(places, count, bytes, writeHead(bytes, at, list | asList))
    : writeRuns(places, count, bytes, writeHead(bytes, at, runs | asRuns));
}

/** Sets the bits of the places in those of their block. */
export function addPlaces(words: Uint32Array, bytes: Uint8Array, at: number): void {
  const head = headAt(bytes, at);
  const kind = head & kindBits;
  if (head < single) addPlace(words, head);
  else if (kind === bitmap) addBits(words, bytes, at + 2);
  else {
    const end = at + 2 + (head & lengthBits);
    if (kind === list) addList(words, bytes, at + 2, end);
    else addRuns(words, bytes, at + 2, end);
  }
}

/*
 * Numbers are read in place, since there are so many: a byte that says that more follow, and is the last or the third,
 * is taken as it is. Whatever the bytes are, what lies beyond the block is left out.
 */

function readList(bytes: Uint8Array, begin: number, end: number, places: Uint16Array): number {
  let count = 0;
  let next = 0;
  for (let at = begin; at < end && next < blockOrdinals; next++) {
    let byte = bytes[at++] as number;
    let value = byte & 0x7f;
    for (let shift = 7; byte >= 0x80 && at < end && shift < blockBits; shift += 7) {
      byte = bytes[at++] as number;
      value |= (byte & 0x7f) << shift;
    }
    next += value;
    if (next < blockOrdinals) places[count++] = next;
  }
  return count;
}

function addList(words: Uint32Array, bytes: Uint8Array, begin: number, end: number): void {
  let next = 0;
  for (let at = begin; at < end && next < blockOrdinals; next++) {
    let byte = bytes[at++] as number;
    let value = byte & 0x7f;
    for (let shift = 7; byte >= 0x80 && at < end && shift < blockBits; shift += 7) {
      byte = bytes[at++] as number;
      value |= (byte & 0x7f) << shift;
    }
    next += value;
    if (next < blockOrdinals) {
      words[next >>> 5] = (words[next >>> 5] as number) | (1 << (next & 31));
    }
  }
}

function readRuns(bytes: Uint8Array, begin: number, end: number, places: Uint16Array): number {
  let count = 0;
  const numbers = new Numbers(bytes, begin, end);
  for (let next = 0; numbers.hasMore; ) {
    next += numbers.next();
    const last = Math.min(next + numbers.next(), blockOrdinals - 1);
    while (next <= last) places[count++] = next++;
  }
  return count;
}

function addRuns(words: Uint32Array, bytes: Uint8Array, begin: number, end: number): void {
  const numbers = new Numbers(bytes, begin, end);
  for (let next = 0; numbers.hasMore; ) {
    const first = next + numbers.next();
    next = first + numbers.next() + 1;
    addRun(words, first, Math.min(next, blockOrdinals));
  }
}

function addPlace(words: Uint32Array, place: number): void {
  const word = place >>> 5;
  words[word] = (words[word] as number) | (1 << (place & 31));
}

function addBits(words: Uint32Array, bytes: Uint8Array, begin: number): void {
  for (let i = 0, at = begin; i < blockWords; i++, at += 4) {
    const low = (bytes[at] as number) | ((bytes[at + 1] as number) << 8);
    const high = (bytes[at + 2] as number) | ((bytes[at + 3] as number) << 8);
    words[i] = (words[i] as number) | low | (high << 16);
  }
}

function addRun(words: Uint32Array, first: number, end: number): void {
  let place = first;
  while (place < end && (place & 31) !== 0) addPlace(words, place++);
  for (; place + 32 <= end; place += 32) words[place >>> 5] = 0xffffffff;
  while (place < end) addPlace(words, place++);
}

function readBits(bytes: Uint8Array, begin: number, places: Uint16Array): number {
  let count = 0;
  for (let i = 0; i < bitmapBytes; i++) {
    for (let bits = bytes[begin + i] as number; bits !== 0; bits &= bits - 1) {
      places[count++] = i * 8 + (31 - Math.clz32(bits & -bits));
    }
  }
  return count;
}

function runsOf(places: Uint16Array, count: number): number {
  let runs = 1;
  for (let i = 1; i < count; i++) if (places[i] !== (places[i - 1] as number) + 1) runs++;
  return runs;
}

function listBytes(places: Uint16Array, count: number): number {
  let bytes = 0;
  for (let i = 0, next = 0; i < count; i++) {
    const place = places[i] as number;
    bytes += lengthOf(place - next);
    next = place + 1;
  }
  return bytes;
}

function runBytes(places: Uint16Array, count: number): number {
  let bytes = 0;
  for (let i = 0, next = 0; i < count; ) {
    const first = i;
    const place = places[i] as number;
    while (i < count && (places[i] as number) - place === i - first) i++;
    bytes += lengthOf(place - next) + lengthOf(i - first - 1);
    next = place + i - first;
  }
  return bytes;
}

function writeList(places: Uint16Array, count: number, bytes: Uint8Array, begin: number): number {
  let at = begin;
  for (let i = 0, next = 0; i < count; i++) {
    const place = places[i] as number;
    at = writeNumber(bytes, at, place - next);
    next = place + 1;
  }
  return at;
}

function writeRuns(places: Uint16Array, count: number, bytes: Uint8Array, begin: number): number {
  let at = begin;
  for (let i = 0, next = 0; i < count; ) {
    const first = i;
    const place = places[i] as number;
    while (i < count && (places[i] as number) - place === i - first) i++;
    at = writeNumber(bytes, at, place - next);
    at = writeNumber(bytes, at, i - first - 1);
    next = place + i - first;
  }
  return at;
}

function headAt(bytes: Uint8Array, at: number): number {
  return ((bytes[at] as number) << 8) | (bytes[at + 1] as number);
}

function writeHead(bytes: Uint8Array, at: number, head: number): number {
  bytes[at] = head >>> 8;
  bytes[at + 1] = head;
  return at + 2;
}

function lengthOf(value: number): number {
  if (value < 0x80) return 1;
  return value < 0x4000 ? 2 : 3;
}

function writeNumber(bytes: Uint8Array, begin: number, value: number): number {
  let at = begin;
  let left = value;
  for (; left >= 0x80; left >>>= 7) bytes[at++] = (left & 0x7f) | 0x80;
  bytes[at++] = left;
  return at;
}

/** Numbers one behind the other, never beyond their end. */
class Numbers {
  readonly #bytes: Uint8Array;
  #at: number;
  readonly #end: number;

  constructor(bytes: Uint8Array, at: number, end: number) {
    this.#bytes = bytes;
    this.#at = at;
    this.#end = end;
  }

  get hasMore(): boolean {
    return this.#at < this.#end;
  }

  /** 0 where there are no more; never more than a block has places, whatever the bytes are. */
  next(): number {
    let value = 0;
    for (let shift = 0; this.#at < this.#end && shift < blockBits; shift += 7) {
      const byte = this.#bytes[this.#at++] as number;
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) break;
    }
    return value & (blockOrdinals - 1);
  }
}

/** Heads below are a place. */
const single = 0x8000;
const kindBits = 0xf000;
const lengthBits = 0x0fff;
const list = 0x8000;
const runs = 0x9000;
const bitmap = 0xa000;
