/**
 * A part of CEL, enough for the filters that meshes have: comparisons of attributes with literals, &&, ||, !, in, has(),
 * startsWith, endsWith, contains, matches; for labels of metrics also ?:, + of texts, string() and int(). The rest is refused by name.
 */

import { type Exchange, refuse } from '@weft/data-runtime';
import { maps } from './cel-attributes.ts';
import { type CelCursor, type CelValue, expectSign, peek, takeSign, unsupported } from './cel-cursor.ts';
import { noValue } from './cel-no-value.ts';
import { dottedName, primary } from './cel-operands.ts';
import { celTokens } from './cel-tokens.ts';

/** Deeper expressions are refused. */
const celDepthMax = 32;

/** An expression that fails or is no truth value holds for nothing, as in Envoy. @throws WeftError `config_rejected`. */
export function compileCelTest(expression: string, where: string): (exchange: Exchange) => boolean {
  const value = compileWhole(expression, either, where);
  return (exchange) => value(exchange) === true;
}

/** As text: texts, numbers and truth values; nothing for what fails, and for lists. @throws WeftError `config_rejected`. */
export function compileCelText(expression: string, where: string): (exchange: Exchange) => string | undefined {
  const value = compileWhole(expression, conditional, where);
  return (exchange) => {
    const found = value(exchange);
    return ['string', 'number', 'boolean'].includes(typeof found) ? String(found) : undefined;
  };
}

function compileWhole(expression: string, read: CelCursor['inner'], where: string): CelValue {
  const cursor = { tokens: celTokens(expression, where), where, inner: conditional, at: 0, depth: 0 };
  const value = read(cursor);
  if (peek(cursor).kind !== 'end') unsupported(cursor);
  return value;
}

function conditional(cursor: CelCursor): CelValue {
  const test = either(cursor);
  if (!takeSign(cursor, '?')) return test;
  const yes = conditional(cursor);
  expectSign(cursor, ':');
  const no = conditional(cursor);
  return (exchange) => {
    const decided = test(exchange);
    if (typeof decided !== 'boolean') return noValue;
    return decided ? yes(exchange) : no(exchange);
  };
}

function either(cursor: CelCursor): CelValue {
  cursor.depth += 1;
  if (cursor.depth > celDepthMax) refuse(cursor.where, `CEL: expression is deeper than ${celDepthMax}`);
  let left = both(cursor);
  while (takeSign(cursor, '||')) {
    const first = left;
    const second = both(cursor);
    // What one side decides stands, even where the other fails.
    left = (exchange) => {
      const a = first(exchange);
      if (a === true) return true;
      const b = second(exchange);
      if (b === true) return true;
      return a === false && b === false ? false : noValue;
    };
  }
  cursor.depth -= 1;
  return left;
}

function both(cursor: CelCursor): CelValue {
  let left = relation(cursor);
  while (takeSign(cursor, '&&')) {
    const first = left;
    const second = relation(cursor);
    left = (exchange) => {
      const a = first(exchange);
      if (a === false) return false;
      const b = second(exchange);
      if (b === false) return false;
      return a === true && b === true ? true : noValue;
    };
  }
  return left;
}

function relation(cursor: CelCursor): CelValue {
  const left = sum(cursor);
  const token = peek(cursor);
  if (token.kind === 'name' && token.text === 'in') {
    cursor.at += 1;
    return membership(cursor, left);
  }
  const compare = token.kind === 'sign' ? comparisons[token.text] : undefined;
  if (compare === undefined) return left;
  cursor.at += 1;
  const right = sum(cursor);
  return (exchange) => {
    const a = left(exchange);
    const b = right(exchange);
    if (a === noValue || b === noValue || typeof a !== typeof b) return noValue;
    return compare(a as string | number, b as string | number);
  };
}

const comparisons: Readonly<Record<string, (a: string | number, b: string | number) => boolean>> = {
  '==': (a, b) => a === b,
  '!=': (a, b) => a !== b,
  '<': (a, b) => a < b,
  '<=': (a, b) => a <= b,
  '>': (a, b) => a > b,
  '>=': (a, b) => a >= b,
};

function membership(cursor: CelCursor, left: CelValue): CelValue {
  if (takeSign(cursor, '[')) {
    const items: CelValue[] = [];
    while (!takeSign(cursor, ']')) {
      if (items.length > 0) expectSign(cursor, ',');
      items.push(unary(cursor));
    }
    return (exchange) => {
      const value = left(exchange);
      return value === noValue ? noValue : items.some((item) => item(exchange) === value);
    };
  }
  const read = maps.get(dottedName(cursor)) ?? unsupported(cursor);
  return (exchange) => {
    const key = left(exchange);
    return typeof key === 'string' ? read(exchange, key.toLowerCase()) !== undefined : noValue;
  };
}

function unary(cursor: CelCursor): CelValue {
  let negations = 0;
  while (takeSign(cursor, '!')) negations += 1;
  const value = primary(cursor);
  if (negations === 0) return value;
  const even = negations % 2 === 0;
  return (exchange) => {
    const found = value(exchange);
    return typeof found === 'boolean' ? found === even : noValue;
  };
}

function sum(cursor: CelCursor): CelValue {
  let left = unary(cursor);
  while (takeSign(cursor, '+')) {
    const first = left;
    const second = unary(cursor);
    left = (exchange) => {
      const [a, b] = [first(exchange), second(exchange)];
      if (typeof a === 'string' && typeof b === 'string') return a + b;
      return typeof a === 'number' && typeof b === 'number' ? a + b : noValue;
    };
  }
  return left;
}
