/** An array as bytes, behind those of `head`, from the bytes of its elements. */
export function encodeList(head: Uint8Array, elements: readonly Uint8Array[]): Uint8Array {
  const count = elements.length;
  let length = head.length + (count < 16 ? 1 : count < 0x10000 ? 3 : 5);
  for (const element of elements) length += element.length;
  const bytes = new Uint8Array(length);
  bytes.set(head);
  let at = writeCount(bytes, head.length, count);
  for (const element of elements) at = copy(bytes, at, element);
  return bytes;
}

function writeCount(bytes: Uint8Array, at: number, count: number): number {
  if (count < 16) {
    bytes[at] = 0x90 | count;
    return at + 1;
  }
  const size = count < 0x10000 ? 2 : 4;
  bytes[at] = size === 2 ? 0xdc : 0xdd;
  for (let i = 1; i <= size; i++) bytes[at + i] = count >>> (8 * (size - i));
  return at + 1 + size;
}

/** A call of `set` costs more than to copy a few bytes. */
function copy(bytes: Uint8Array, at: number, element: Uint8Array): number {
  const { length } = element;
  if (length > 32) bytes.set(element, at);
  else for (let i = 0; i < length; i++) bytes[at + i] = element[i];
  return at + length;
}
