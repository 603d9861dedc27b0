/** What CEL's operators stand between: literals, attributes and keys of maps, with the methods and conversions called on them. */

import { compileFullMatch, refuse } from '@weft/data-runtime';
import { attributes, maps, type ReadKey } from './cel-attributes.ts';
import { type CelCursor, type CelValue, expectSign, peek, takeSign, unsupported } from './cel-cursor.ts';
import { noValue } from './cel-no-value.ts';

export function primary(cursor: CelCursor): CelValue {
  const token = peek(cursor);
  if (takeSign(cursor, '(')) {
    const value = cursor.inner(cursor);
    expectSign(cursor, ')');
    return methods(cursor, value);
  }
  if (token.kind === 'number' || token.kind === 'text') {
    cursor.at += 1;
    const literal = token.kind === 'number' ? Number(token.text) : token.text;
    return methods(cursor, () => literal);
  }
  if (token.kind !== 'name') return unsupported(cursor);
  if (token.text === 'true' || token.text === 'false') {
    cursor.at += 1;
    return () => token.text === 'true';
  }
  if (token.text === 'has') return presence(cursor);
  const call = cursor.tokens[cursor.at + 1];
  if ((token.text === 'string' || token.text === 'int') && call?.kind === 'sign' && call.text === '(')
    return methods(cursor, conversion(cursor, token.text));
  return methods(cursor, attribute(cursor));
}

function presence(cursor: CelCursor): CelValue {
  cursor.at += 1;
  expectSign(cursor, '(');
  const value = attribute(cursor);
  expectSign(cursor, ')');
  return (exchange) => value(exchange) !== noValue;
}

/** "request.path", "request.headers['x']", "request.headers.accept". */
function attribute(cursor: CelCursor): CelValue {
  const name = dottedName(cursor);
  const read = attributes.get(name);
  if (read !== undefined) return read;
  const map = maps.get(name);
  if (map !== undefined) {
    expectSign(cursor, '[');
    const key = peek(cursor);
    if (key.kind !== 'text') return unsupported(cursor);
    cursor.at += 1;
    expectSign(cursor, ']');
    return entry(map, key.text);
  }
  const dot = name.lastIndexOf('.');
  const below = maps.get(name.slice(0, dot));
  if (below !== undefined) return entry(below, name.slice(dot + 1));
  return refuse(cursor.where, `CEL: ${name} is not supported`);
}

function entry(read: ReadKey, key: string): CelValue {
  const lower = key.toLowerCase();
  return (exchange) => read(exchange, lower) ?? noValue;
}

/** Names up to what is no attribute any more: a method's name stays unread. */
export function dottedName(cursor: CelCursor): string {
  let name = '';
  for (;;) {
    const token = peek(cursor);
    if (token.kind !== 'name') return name === '' ? unsupported(cursor) : name;
    name += token.text;
    cursor.at += 1;
    const after = cursor.tokens[cursor.at + 2];
    const call = after?.kind === 'sign' && after.text === '(';
    if (peek(cursor).text !== '.' || call) return name;
    cursor.at += 1;
    name += '.';
  }
}

function methods(cursor: CelCursor, receiver: CelValue): CelValue {
  let value = receiver;
  while (takeSign(cursor, '.')) {
    const method = peek(cursor).text;
    cursor.at += 1;
    expectSign(cursor, '(');
    const argument = peek(cursor);
    if (argument.kind !== 'text') return unsupported(cursor);
    cursor.at += 1;
    expectSign(cursor, ')');
    const test = textTest(method, argument.text, cursor);
    const inner = value;
    value = (exchange) => {
      const found = inner(exchange);
      return typeof found === 'string' ? test(found) : noValue;
    };
  }
  return value;
}

function textTest(method: string, argument: string, cursor: CelCursor): (text: string) => boolean {
  switch (method) {
    case 'startsWith':
      return (text) => text.startsWith(argument);
    case 'endsWith':
      return (text) => text.endsWith(argument);
    case 'contains':
      return (text) => text.includes(argument);
    case 'matches':
      // CEL's matches finds a part; RE2 is asked for the whole with anything around it.
      return compileFullMatch({ regex: `(?s:.*)(?:${argument})(?s:.*)` } as never, cursor.where);
    default:
      return refuse(cursor.where, `CEL: ${method}() is not supported`);
  }
}

/** "string(…)", "int(…)". */
function conversion(cursor: CelCursor, to: string): CelValue {
  cursor.at += 1;
  expectSign(cursor, '(');
  const inner = cursor.inner(cursor);
  expectSign(cursor, ')');
  return (exchange) => {
    const value = inner(exchange);
    if (value === noValue || typeof value === 'object') return noValue;
    if (to === 'string') return String(value);
    return typeof value === 'number' || /^-?\d+$/.test(String(value)) ? Math.trunc(Number(value)) : noValue;
  };
}
