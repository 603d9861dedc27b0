/** Envoy's format strings taken apart: literal text and command operators, "%NAME(arguments):length%". */

import { refuse } from '../check/refuse.ts';

export interface ParsedOperator {
  readonly name: string;
  /** What stands in brackets; nothing: there are none. */
  readonly argument: string | undefined;
  /** Characters kept; nothing: all. */
  readonly lengthMax: number | undefined;
}

/** Texts longer than this are refused. */
export const formatCharsMax = 65_536;

const upper = /[A-Z0-9_]/;
const digits = /^[0-9]{1,5}$/;

/** "%%" is a percent sign. @throws WeftError `config_rejected` for an operator that does not end or has no name. */
export function parseFormat(text: string, where: string): (string | ParsedOperator)[] {
  if (text.length > formatCharsMax) refuse(where, `format is longer than ${formatCharsMax} characters`);
  const parts: (string | ParsedOperator)[] = [];
  let literal = '';
  let at = 0;
  while (at < text.length) {
    const mark = text.indexOf('%', at);
    if (mark < 0) {
      literal += text.slice(at);
      break;
    }
    literal += text.slice(at, mark);
    if (text[mark + 1] === '%') {
      literal += '%';
      at = mark + 2;
      continue;
    }
    const { operator, end } = parseOperator(text, mark, where);
    if (literal !== '') parts.push(literal);
    literal = '';
    parts.push(operator);
    at = end;
  }
  if (literal !== '') parts.push(literal);
  return parts;
}

function parseOperator(text: string, start: number, where: string): { operator: ParsedOperator; end: number } {
  const bad = (): never => refuse(where, `format: no command operator begins at "${text.slice(start, start + 24)}"`);
  let at = start + 1;
  while (at < text.length && upper.test(text[at] as string)) at += 1;
  const name = text.slice(start + 1, at);
  if (name === '') return bad();
  let argument: string | undefined;
  if (text[at] === '(') {
    // An argument may hold "%" and ")" (time formats): it ends with the first ")%" or "):".
    const close = closingBracket(text, at + 1);
    if (close < 0) return bad();
    argument = text.slice(at + 1, close);
    at = close + 1;
  }
  let lengthMax: number | undefined;
  if (text[at] === ':') {
    const end = text.indexOf('%', at);
    const length = end < 0 ? '' : text.slice(at + 1, end);
    if (!digits.test(length)) return bad();
    lengthMax = Number(length);
    at = end;
  }
  if (text[at] !== '%') return bad();
  return { operator: { name, argument, lengthMax }, end: at + 1 };
}

function closingBracket(text: string, from: number): number {
  for (let at = text.indexOf(')', from); at >= 0; at = text.indexOf(')', at + 1)) {
    if (text[at + 1] === '%') return at;
    if (text[at + 1] === ':' && /^[0-9]+%/.test(text.slice(at + 2, at + 9))) return at;
  }
  return -1;
}
