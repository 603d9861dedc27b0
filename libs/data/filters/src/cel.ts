/**
 * A part of CEL, enough for the filters that meshes have: comparisons of attributes with literals, &&, ||, !, in, has(),
 * startsWith, endsWith, contains, matches; for labels of metrics also ?:, + of texts, string() and int(). The rest is refused by name.
 */

import { compileFullMatch, type Exchange, refuse } from '@weft/data-runtime';
import { attributes, maps, type ReadKey } from './cel-attributes.ts';
import { noValue } from './cel-no-value.ts';
import { celTokens, type Token } from './cel-tokens.ts';

/** Deeper expressions are refused. */
const celDepthMax = 32;

type Value = (exchange: Exchange) => unknown;

interface Parser {
  readonly tokens: readonly Token[];
  readonly where: string;
  at: number;
  depth: number;
}

/** An expression that fails or is no truth value holds for nothing, as in Envoy. @throws WeftError `config_rejected`. */
export function compileCelTest(expression: string, where: string): (exchange: Exchange) => boolean {
  const parser: Parser = { tokens: celTokens(expression, where), where, at: 0, depth: 0 };
  const value = either(parser);
  if (peek(parser).kind !== 'end') unsupported(parser);
  return (exchange) => value(exchange) === true;
}

/** As text: texts, numbers and truth values; nothing for what fails, and for lists. @throws WeftError `config_rejected`. */
export function compileCelText(expression: string, where: string): (exchange: Exchange) => string | undefined {
  const parser: Parser = { tokens: celTokens(expression, where), where, at: 0, depth: 0 };
  const value = conditional(parser);
  if (peek(parser).kind !== 'end') unsupported(parser);
  return (exchange) => {
    const found = value(exchange);
    return ['string', 'number', 'boolean'].includes(typeof found) ? String(found) : undefined;
  };
}

function conditional(parser: Parser): Value {
  const test = either(parser);
  if (!takeSign(parser, '?')) return test;
  const yes = conditional(parser);
  expectSign(parser, ':');
  const no = conditional(parser);
  return (exchange) => {
    const decided = test(exchange);
    if (typeof decided !== 'boolean') return noValue;
    return decided ? yes(exchange) : no(exchange);
  };
}

function sum(parser: Parser): Value {
  let left = unary(parser);
  while (takeSign(parser, '+')) {
    const first = left;
    const second = unary(parser);
    left = (exchange) => {
      const [a, b] = [first(exchange), second(exchange)];
      if (typeof a === 'string' && typeof b === 'string') return a + b;
      return typeof a === 'number' && typeof b === 'number' ? a + b : noValue;
    };
  }
  return left;
}

/** "string(…)", "int(…)". */
function conversion(parser: Parser, to: string): Value {
  parser.at += 1;
  expectSign(parser, '(');
  const inner = conditional(parser);
  expectSign(parser, ')');
  return (exchange) => {
    const value = inner(exchange);
    if (value === noValue || typeof value === 'object') return noValue;
    if (to === 'string') return String(value);
    return typeof value === 'number' || /^-?\d+$/.test(String(value)) ? Math.trunc(Number(value)) : noValue;
  };
}

function either(parser: Parser): Value {
  parser.depth += 1;
  if (parser.depth > celDepthMax) refuse(parser.where, `CEL: expression is deeper than ${celDepthMax}`);
  let left = both(parser);
  while (takeSign(parser, '||')) {
    const first = left;
    const second = both(parser);
    // What one side decides stands, even where the other fails.
    left = (exchange) => {
      const a = first(exchange);
      if (a === true) return true;
      const b = second(exchange);
      if (b === true) return true;
      return a === false && b === false ? false : noValue;
    };
  }
  parser.depth -= 1;
  return left;
}

function both(parser: Parser): Value {
  let left = relation(parser);
  while (takeSign(parser, '&&')) {
    const first = left;
    const second = relation(parser);
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

function relation(parser: Parser): Value {
  const left = sum(parser);
  const token = peek(parser);
  if (token.kind === 'name' && token.text === 'in') {
    parser.at += 1;
    return membership(parser, left);
  }
  const compare = token.kind === 'sign' ? comparisons[token.text] : undefined;
  if (compare === undefined) return left;
  parser.at += 1;
  const right = sum(parser);
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

function membership(parser: Parser, left: Value): Value {
  if (takeSign(parser, '[')) {
    const items: Value[] = [];
    while (!takeSign(parser, ']')) {
      if (items.length > 0) expectSign(parser, ',');
      items.push(unary(parser));
    }
    return (exchange) => {
      const value = left(exchange);
      return value === noValue ? noValue : items.some((item) => item(exchange) === value);
    };
  }
  const read = maps.get(dottedName(parser)) ?? unsupported(parser);
  return (exchange) => {
    const key = left(exchange);
    return typeof key === 'string' ? read(exchange, key.toLowerCase()) !== undefined : noValue;
  };
}

function unary(parser: Parser): Value {
  let negations = 0;
  while (takeSign(parser, '!')) negations += 1;
  const value = primary(parser);
  if (negations === 0) return value;
  const even = negations % 2 === 0;
  return (exchange) => {
    const found = value(exchange);
    return typeof found === 'boolean' ? found === even : noValue;
  };
}

function primary(parser: Parser): Value {
  const token = peek(parser);
  if (takeSign(parser, '(')) {
    const value = conditional(parser);
    expectSign(parser, ')');
    return methods(parser, value);
  }
  if (token.kind === 'number' || token.kind === 'text') {
    parser.at += 1;
    const literal = token.kind === 'number' ? Number(token.text) : token.text;
    return methods(parser, () => literal);
  }
  if (token.kind !== 'name') return unsupported(parser);
  if (token.text === 'true' || token.text === 'false') {
    parser.at += 1;
    return () => token.text === 'true';
  }
  if (token.text === 'has') return presence(parser);
  const call = parser.tokens[parser.at + 1];
  if ((token.text === 'string' || token.text === 'int') && call?.kind === 'sign' && call.text === '(')
    return methods(parser, conversion(parser, token.text));
  return methods(parser, attribute(parser));
}

function presence(parser: Parser): Value {
  parser.at += 1;
  expectSign(parser, '(');
  const value = attribute(parser);
  expectSign(parser, ')');
  return (exchange) => value(exchange) !== noValue;
}

/** "request.path", "request.headers['x']", "request.headers.accept". */
function attribute(parser: Parser): Value {
  const name = dottedName(parser);
  const read = attributes.get(name);
  if (read !== undefined) return read;
  const map = maps.get(name);
  if (map !== undefined) {
    expectSign(parser, '[');
    const key = peek(parser);
    if (key.kind !== 'text') return unsupported(parser);
    parser.at += 1;
    expectSign(parser, ']');
    return entry(map, key.text);
  }
  const dot = name.lastIndexOf('.');
  const below = maps.get(name.slice(0, dot));
  if (below !== undefined) return entry(below, name.slice(dot + 1));
  return refuse(parser.where, `CEL: ${name} is not supported`);
}

function entry(read: ReadKey, key: string): Value {
  const lower = key.toLowerCase();
  return (exchange) => read(exchange, lower) ?? noValue;
}

/** Names up to what is no attribute any more: a method's name stays unread. */
function dottedName(parser: Parser): string {
  let name = '';
  for (;;) {
    const token = peek(parser);
    if (token.kind !== 'name') return name === '' ? unsupported(parser) : name;
    name += token.text;
    parser.at += 1;
    const after = parser.tokens[parser.at + 2];
    const call = after?.kind === 'sign' && after.text === '(';
    if (peek(parser).text !== '.' || call) return name;
    parser.at += 1;
    name += '.';
  }
}

function methods(parser: Parser, receiver: Value): Value {
  let value = receiver;
  while (takeSign(parser, '.')) {
    const method = peek(parser).text;
    parser.at += 1;
    expectSign(parser, '(');
    const argument = peek(parser);
    if (argument.kind !== 'text') return unsupported(parser);
    parser.at += 1;
    expectSign(parser, ')');
    const test = textTest(method, argument.text, parser);
    const inner = value;
    value = (exchange) => {
      const found = inner(exchange);
      return typeof found === 'string' ? test(found) : noValue;
    };
  }
  return value;
}

function textTest(method: string, argument: string, parser: Parser): (text: string) => boolean {
  switch (method) {
    case 'startsWith':
      return (text) => text.startsWith(argument);
    case 'endsWith':
      return (text) => text.endsWith(argument);
    case 'contains':
      return (text) => text.includes(argument);
    case 'matches':
      // CEL's matches finds a part; RE2 is asked for the whole with anything around it.
      return compileFullMatch({ regex: `(?s:.*)(?:${argument})(?s:.*)` } as never, parser.where);
    default:
      return refuse(parser.where, `CEL: ${method}() is not supported`);
  }
}

function peek(parser: Parser): Token {
  return parser.tokens[parser.at] ?? { kind: 'end', text: '' };
}

function takeSign(parser: Parser, sign: string): boolean {
  const token = peek(parser);
  if (token.kind !== 'sign' || token.text !== sign) return false;
  parser.at += 1;
  return true;
}

function expectSign(parser: Parser, sign: string): void {
  if (!takeSign(parser, sign)) unsupported(parser);
}

function unsupported(parser: Parser): never {
  const token = peek(parser);
  return refuse(parser.where, `CEL: "${token.text || 'the end'}" is not supported here`);
}
