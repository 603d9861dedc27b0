/** Where the reading of a CEL expression stands. */

import { type Exchange, refuse } from '@weft/data-runtime';
import type { Token } from './cel-tokens.ts';

/** What a part of an expression gives for an exchange; `noValue` where it fails. */
export type CelValue = (exchange: Exchange) => unknown;

export interface CelCursor {
  readonly tokens: readonly Token[];
  readonly where: string;
  /** Reads what stands in parentheses: any expression. */
  readonly inner: (cursor: CelCursor) => CelValue;
  at: number;
  depth: number;
}

export function peek(cursor: CelCursor): Token {
  return cursor.tokens[cursor.at] ?? { kind: 'end', text: '' };
}

export function takeSign(cursor: CelCursor, sign: string): boolean {
  const token = peek(cursor);
  if (token.kind !== 'sign' || token.text !== sign) return false;
  cursor.at += 1;
  return true;
}

export function expectSign(cursor: CelCursor, sign: string): void {
  if (!takeSign(cursor, sign)) unsupported(cursor);
}

export function unsupported(cursor: CelCursor): never {
  const token = peek(cursor);
  return refuse(cursor.where, `CEL: "${token.text || 'the end'}" is not supported here`);
}
