/** The tokens of a CEL expression. */

import { refuse } from '@weft/data-runtime';

export interface Token {
  readonly kind: 'name' | 'text' | 'number' | 'sign' | 'end';
  readonly text: string;
}

/** Longer expressions are refused. */
const celCharsMax = 8_192;

const pattern =
  /\s+|(?<name>[A-Za-z_][A-Za-z0-9_]*)|(?<number>-?[0-9]+(?:\.[0-9]+)?)|(?<text>'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*")|(?<sign>&&|\|\||==|!=|<=|>=|[<>!().,[\]?:+])/gy;

const escapes: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', '\\': '\\', "'": "'", '"': '"' };

/** @throws WeftError `config_rejected` for what is no token of the supported part of CEL. */
export function celTokens(expression: string, where: string): Token[] {
  if (expression.length > celCharsMax) refuse(where, `expression is longer than ${celCharsMax} characters`);
  const tokens: Token[] = [];
  let at = 0;
  while (at < expression.length) {
    pattern.lastIndex = at;
    const match = pattern.exec(expression);
    if (match === null) refuse(where, `CEL: "${expression.slice(at, at + 16)}" is not supported`);
    const { name, number, text, sign } = match.groups ?? {};
    if (name !== undefined) tokens.push({ kind: 'name', text: name });
    else if (number !== undefined) tokens.push({ kind: 'number', text: number });
    else if (text !== undefined) tokens.push({ kind: 'text', text: unescaped(text, where) });
    else if (sign !== undefined) tokens.push({ kind: 'sign', text: sign });
    at = pattern.lastIndex;
  }
  tokens.push({ kind: 'end', text: '' });
  return tokens;
}

function unescaped(quoted: string, where: string): string {
  return quoted
    .slice(1, -1)
    .replace(/\\(.)/g, (_, char: string) => escapes[char] ?? refuse(where, `CEL: escape \\${char} is not supported`));
}
