/** The two levels of google.protobuf.Struct that Istio's peer metadata has, as bytes: text, or a map of text. */

export type TextStruct = { readonly [key: string]: string | { readonly [key: string]: string } };

const STRUCT_FIELDS = 0x0a;
const ENTRY_KEY = 0x0a;
const ENTRY_VALUE = 0x12;
const VALUE_STRING = 0x1a;
const VALUE_STRUCT = 0x2a;

export function encodeStruct(struct: TextStruct): Buffer {
  const entries = Object.entries(struct).map(([key, value]) => {
    const inner =
      typeof value === 'string' ? field(VALUE_STRING, Buffer.from(value)) : field(VALUE_STRUCT, encodeStruct(value));
    return field(STRUCT_FIELDS, Buffer.concat([field(ENTRY_KEY, Buffer.from(key)), field(ENTRY_VALUE, inner)]));
  });
  return Buffer.concat(entries);
}

/** @returns nothing where the bytes are no such struct; values of other kinds and deeper levels are left out. */
export function decodeStruct(bytes: Buffer): TextStruct | undefined {
  return readStruct(bytes, 0);
}

function readStruct(bytes: Buffer, depth: number): { [key: string]: string | { [key: string]: string } } | undefined {
  const found = new Map<string, string | { [key: string]: string }>();
  const entries = readFields(bytes);
  if (entries === undefined) return undefined;
  for (const [tag, entry] of entries) {
    const parts = tag === STRUCT_FIELDS ? readFields(entry) : undefined;
    const key = parts?.find(([part]) => part === ENTRY_KEY)?.[1].toString();
    const value = parts?.find(([part]) => part === ENTRY_VALUE)?.[1];
    const inner = value === undefined ? undefined : readFields(value)?.[0];
    if (key === undefined || inner === undefined) continue;
    if (inner[0] === VALUE_STRING) found.set(key, inner[1].toString());
    else if (inner[0] === VALUE_STRUCT && depth === 0) {
      const nested = readStruct(inner[1], 1);
      if (nested !== undefined) found.set(key, nested as { [key: string]: string });
    }
  }
  return Object.fromEntries(found);
}

/** Length-delimited fields of one message; nothing for bytes that are none. Other wire types end the reading. */
function readFields(bytes: Buffer): [tag: number, content: Buffer][] | undefined {
  const fields: [number, Buffer][] = [];
  let at = 0;
  while (at < bytes.length) {
    const tag = bytes[at] as number;
    if ((tag & 7) !== 2) return fields;
    at += 1;
    let length = 0;
    let shift = 0;
    let octet: number;
    do {
      if (at >= bytes.length || shift > 21) return undefined;
      octet = bytes[at] as number;
      length |= (octet & 0x7f) << shift;
      shift += 7;
      at += 1;
    } while (octet >= 0x80);
    if (at + length > bytes.length) return undefined;
    fields.push([tag, bytes.subarray(at, at + length)]);
    at += length;
  }
  return fields;
}

function field(tag: number, content: Buffer): Buffer {
  const head = [tag];
  let length = content.length;
  while (length >= 0x80) {
    head.push((length & 0x7f) | 0x80);
    length >>>= 7;
  }
  head.push(length);
  return Buffer.concat([Buffer.from(head), content]);
}
