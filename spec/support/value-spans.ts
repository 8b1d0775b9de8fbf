/** Where a MessagePack value begins, and where the next one does. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** Every value in these bytes, the nested ones too. They must be well-formed; shares no code with the reader. */
export function valueSpans(bytes: Uint8Array): Span[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const spans: Span[] = [];
  const visit = (start: number): number => {
    const { content, elements } = headOf(view, start);
    let end = start + content;
    for (let i = 0; i < elements; i++) end = visit(end);
    spans.push({ start, end });
    return end;
  };
  for (let at = 0; at < bytes.length; ) at = visit(at);
  return spans;
}

/** How many bytes belong to the value itself, and how many values are within it. */
function headOf(view: DataView, at: number): { content: number; elements: number } {
  const lead = view.getUint8(at);
  const scalar = (content: number) => ({ content, elements: 0 });
  const container = (content: number, elements: number) => ({ content, elements });
  if (lead < 0x80 || lead >= 0xe0) return scalar(1);
  if (lead < 0x90) return container(1, (lead & 15) * 2);
  if (lead < 0xa0) return container(1, lead & 15);
  if (lead < 0xc0) return scalar(1 + (lead & 31));
  const sized = sizes[lead];
  if (sized !== undefined) return scalar(sized);
  if (lead === 0xc4 || lead === 0xd9) return scalar(2 + view.getUint8(at + 1));
  if (lead === 0xc5 || lead === 0xda) return scalar(3 + view.getUint16(at + 1));
  if (lead === 0xc6 || lead === 0xdb) return scalar(5 + view.getUint32(at + 1));
  if (lead === 0xc7) return scalar(3 + view.getUint8(at + 1));
  if (lead === 0xdc) return container(3, view.getUint16(at + 1));
  if (lead === 0xdd) return container(5, view.getUint32(at + 1));
  if (lead === 0xde) return container(3, view.getUint16(at + 1) * 2);
  if (lead === 0xdf) return container(5, view.getUint32(at + 1) * 2);
  throw new Error(`byte ${at} begins no value: ${lead}`);
}

/** Of leads of values that are always as long: numbers, nil, booleans, fixed extensions. */
const sizes: { readonly [lead: number]: number } = {
  ...{ 192: 1, 194: 1, 195: 1, 202: 5, 203: 9, 204: 2, 205: 3, 206: 5, 207: 9 },
  ...{ 208: 2, 209: 3, 210: 5, 211: 9, 212: 3, 213: 4, 214: 6, 215: 10, 216: 18 },
};
