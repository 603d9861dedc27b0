/** IP addresses as numbers. */

/** An address: 4 or 16 octets; `bits` is 32 or 128. */
export interface AddressOctets {
  readonly octets: Uint8Array;
  bits: number;
}

/** Room for one address, to be read into again and again. */
export function createAddress(): AddressOctets {
  return { octets: new Uint8Array(16), bits: 0 };
}

/** "10.0.0.1:80" → "10.0.0.1", "[::1]:80" → "::1"; a bare address stays. */
export function withoutPortOf(address: string): string {
  if (address.startsWith('[')) {
    const end = address.indexOf(']');
    return end === -1 ? address : address.slice(1, end);
  }
  const colon = address.indexOf(':');
  return colon === -1 || address.indexOf(':', colon + 1) !== -1 ? address : address.slice(0, colon);
}

/**
 * Reads "10.0.0.1", "::1", "[::1]", each with or without ":port" (IPv6 with a port needs its brackets). IPv4 in IPv6 (::ffff:10.0.0.1)
 * is IPv4. @returns whether it is an address.
 */
export function readAddress(text: string, into: AddressOctets): boolean {
  const bare = withoutPortOf(text);
  if (!bare.includes(':')) {
    into.bits = 32;
    return readDotted(bare, into.octets, 0);
  }
  if (!readColons(bare, into.octets)) return false;
  into.bits = 128;
  foldMapped(into);
  return true;
}

function foldMapped(address: AddressOctets): void {
  const { octets } = address;
  for (let index = 0; index < 10; index += 1) if (octets[index] !== 0) return;
  if (octets[10] !== 255 || octets[11] !== 255) return;
  octets.copyWithin(0, 12, 16);
  address.bits = 32;
}

function readDotted(text: string, into: Uint8Array, at: number): boolean {
  let part = 0;
  let value = -1;
  for (let index = 0; index <= text.length; index += 1) {
    const code = index === text.length ? 46 : text.charCodeAt(index);
    if (code === 46) {
      if (value < 0 || part > 3) return false;
      into[at + part] = value;
      part += 1;
      value = -1;
    } else if (code >= 48 && code <= 57) {
      // A leading zero would be octal to some.
      if (value === 0) return false;
      value = (value < 0 ? 0 : value * 10) + code - 48;
      if (value > 255) return false;
    } else return false;
  }
  return part === 4;
}

function readColons(text: string, into: Uint8Array): boolean {
  const zone = text.indexOf('%');
  const whole = zone === -1 ? text : text.slice(0, zone);
  const gap = whole.indexOf('::');
  if (gap === -1) return readGroups(whole, into, 0) === 16;
  if (whole.indexOf('::', gap + 1) !== -1) return false;
  into.fill(0);
  const head = readGroups(whole.slice(0, gap), into, 0);
  const rest = whole.slice(gap + 2);
  const tail = new Uint8Array(16);
  const tailLength = readGroups(rest, tail, 0);
  if (head < 0 || tailLength < 0 || head + tailLength > 14) return false;
  into.fill(0, head);
  into.set(tail.subarray(0, tailLength), 16 - tailLength);
  return true;
}

/** @returns octets read; -1: these are no groups. */
function readGroups(text: string, into: Uint8Array, from: number): number {
  if (text === '') return from;
  let at = from;
  for (const group of text.split(':')) {
    if (group.includes('.')) {
      if (at > 12 || !text.endsWith(group) || !readDotted(group, into, at)) return -1;
      at += 4;
    } else {
      if (at > 14 || !/^[0-9a-f]{1,4}$/i.test(group)) return -1;
      const value = Number.parseInt(group, 16);
      into[at] = value >> 8;
      into[at + 1] = value & 255;
      at += 2;
    }
  }
  return at;
}

/** "10.0.0.0", "2001:db8::": the address as text, its longest run of zeros left out. */
export function addressText(address: AddressOctets): string {
  const { octets, bits } = address;
  if (bits === 32) return `${octets[0]}.${octets[1]}.${octets[2]}.${octets[3]}`;
  const groups: number[] = [];
  for (let index = 0; index < 16; index += 2) groups.push(((octets[index] ?? 0) << 8) | (octets[index + 1] ?? 0));
  let start = -1;
  let length = 1;
  for (let index = 0; index < 8; index += 1) {
    let end = index;
    while (end < 8 && groups[end] === 0) end += 1;
    if (end - index > length) {
      start = index;
      length = end - index;
    }
  }
  const hex = groups.map((group) => group.toString(16));
  if (start === -1) return hex.join(':');
  return `${hex.slice(0, start).join(':')}::${hex.slice(start + length).join(':')}`;
}

/** Sets all but the first `length` bits to 0. */
export function maskAddress(address: AddressOctets, length: number): void {
  const { octets, bits } = address;
  for (let index = 0; index < bits >> 3; index += 1) {
    const kept = Math.min(8, Math.max(0, length - index * 8));
    octets[index] = (octets[index] ?? 0) & (0xff << (8 - kept)) & 0xff;
  }
}
