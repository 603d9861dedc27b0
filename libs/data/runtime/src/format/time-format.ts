/** START_TIME's formats: strftime's letters in UTC, and Envoy's %f for parts of a second. */

import { refuse } from '../check/refuse.ts';
import { isoTime } from './json-text.ts';

type Piece = string | ((date: Date) => string);

const two = (value: number): string => String(value).padStart(2, '0');
const three = (value: number): string => String(value).padStart(3, '0');
const days = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];
const months = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
];

const letters: Readonly<Record<string, Piece>> = {
  '%': '%',
  n: '\n',
  t: '\t',
  Y: (date) => String(date.getUTCFullYear()),
  y: (date) => two(date.getUTCFullYear() % 100),
  m: (date) => two(date.getUTCMonth() + 1),
  d: (date) => two(date.getUTCDate()),
  e: (date) => String(date.getUTCDate()).padStart(2),
  H: (date) => two(date.getUTCHours()),
  I: (date) => two(date.getUTCHours() % 12 || 12),
  M: (date) => two(date.getUTCMinutes()),
  S: (date) => two(date.getUTCSeconds()),
  p: (date) => (date.getUTCHours() < 12 ? 'AM' : 'PM'),
  a: (date) => (days[date.getUTCDay()] as string).slice(0, 3),
  A: (date) => days[date.getUTCDay()] as string,
  b: (date) => (months[date.getUTCMonth()] as string).slice(0, 3),
  B: (date) => months[date.getUTCMonth()] as string,
  j: (date) => three(Math.floor((date.getTime() - Date.UTC(date.getUTCFullYear(), 0, 1)) / 86_400_000) + 1),
  F: (date) => date.toISOString().slice(0, 10),
  T: (date) => date.toISOString().slice(11, 19),
  R: (date) => date.toISOString().slice(11, 16),
  D: (date) => `${two(date.getUTCMonth() + 1)}/${two(date.getUTCDate())}/${two(date.getUTCFullYear() % 100)}`,
  s: (date) => String(Math.floor(date.getTime() / 1_000)),
  z: '+0000',
  Z: 'UTC',
};

/** @param format empty: ISO 8601 with milliseconds. @throws WeftError `config_rejected` for a letter that is not known. */
export function compileTimeFormat(format: string, where: string): (epochMs: number) => string {
  if (format === '') return isoTime;
  const pieces: Piece[] = [];
  for (const [piece] of format.matchAll(/%([1-9]?)f|%.?|[^%]+/gs)) {
    if (!piece.startsWith('%')) pieces.push(piece);
    else if (piece.endsWith('f')) pieces.push(fraction(piece.length === 3 ? Number(piece[1]) : 9));
    else pieces.push(letters[piece.slice(1)] ?? refuse(where, `time format ${piece} is not supported`));
  }
  return (epochMs) => {
    const date = new Date(epochMs);
    let result = '';
    for (const piece of pieces) result += typeof piece === 'string' ? piece : piece(date);
    return result;
  };
}

function fraction(length: number): Piece {
  return (date) => three(date.getUTCMilliseconds()).padEnd(9, '0').slice(0, length);
}
