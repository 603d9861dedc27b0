/** Field lines of a head or a trailer section: validated octet by octet, names in lower case. */

import { COLON, CR, LF, nameOctets, SP, TAB, valueOctets } from './octets.ts';
import type { Http1Rule } from './rules.ts';

/**
 * Parses field lines into a flat list: name, value, name, value.
 * @param bytes the message; `text` is `bytes` from `base` to at least `end` as latin1.
 * @param from first octet of the first line; `end` the octet after the CRLF of the last line.
 * @param into appended to. @param fieldsMax the most that are taken. @returns the rule that was broken, or nothing.
 */
export function parseFields(
  bytes: Buffer,
  text: string,
  base: number,
  from: number,
  end: number,
  into: string[],
  fieldsMax: number,
): Http1Rule | undefined {
  let at = from;
  let count = 0;
  while (at < end) {
    if (++count > fieldsMax) return 'too-many-fields';
    const nameStart = at;
    let upper = 0;
    let kind = nameOctets[bytes[at] as number] as number;
    while (kind !== 0) {
      upper |= kind;
      at += 1;
      kind = nameOctets[bytes[at] as number] as number;
    }
    if (bytes[at] !== COLON || at === nameStart) return nameViolation(bytes, nameStart, at, end);
    const nameEnd = at;
    at += 1;
    while (bytes[at] === SP || bytes[at] === TAB) at += 1;
    const valueStart = at;
    while (valueOctets[bytes[at] as number] === 1) at += 1;
    if (bytes[at] !== CR || bytes[at + 1] !== LF) return lineEndViolation(bytes, at);
    let valueEnd = at;
    while (valueEnd > valueStart && (bytes[valueEnd - 1] === SP || bytes[valueEnd - 1] === TAB)) valueEnd -= 1;
    at += 2;
    const name = text.substring(nameStart - base, nameEnd - base);
    into.push(upper >= 2 ? name.toLowerCase() : name, text.substring(valueStart - base, valueEnd - base));
  }
  return undefined;
}

function nameViolation(bytes: Buffer, nameStart: number, at: number, end: number): Http1Rule {
  const octet = bytes[at];
  if (octet === CR || octet === LF)
    return octet === CR && bytes[at + 1] === LF ? 'field-no-colon' : lineEndViolation(bytes, at);
  if (octet !== SP && octet !== TAB)
    return (octet as number) < SP || octet === 0x7f ? 'field-name-control' : 'field-name';
  if (at === nameStart) return 'obs-fold';
  let next = at;
  while (next < end && (bytes[next] === SP || bytes[next] === TAB)) next += 1;
  return bytes[next] === COLON ? 'space-before-colon' : 'field-name';
}

/** What is wrong at an octet that should have been the CR of a CRLF. */
function lineEndViolation(bytes: Buffer, at: number): Http1Rule {
  if (bytes[at] === LF) return 'bare-lf';
  return bytes[at] === CR ? 'bare-cr' : 'field-value';
}
