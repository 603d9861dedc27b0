/** What a command operator reads of an exchange. */

import type { Exchange } from '../exchange.ts';

/** How a value changes from request to request of one connection: what is remembered of a line depends on it. */
export type Change = 'seldom' | 'often' | 'always';

/** `read` gives nothing where there is no value: "-" in a text, null in JSON. */
export type Operand = { readonly change: Change } & (
  | { readonly kind: 'text'; readonly read: (exchange: Exchange) => string | undefined }
  /** Text that is always there and needs no escape in JSON. */
  | { readonly kind: 'plain'; readonly read: (exchange: Exchange) => string }
  | { readonly kind: 'number'; readonly read: (exchange: Exchange) => number | undefined }
  /** Anything that JSON can say. */
  | { readonly kind: 'value'; readonly read: (exchange: Exchange) => unknown }
);

export interface FormatOptions {
  /** What a missing value is in a text; "-" unless said otherwise (omit_empty_values, values of headers: ""). */
  readonly missing?: string;
  /** For ENVIRONMENT; nothing: that operator is refused. */
  readonly environment?: ((name: string) => string | undefined) | undefined;
}

/** @param argument in the brackets; nothing: there are none. @throws WeftError `config_rejected`. */
export type CreateOperand = (argument: string | undefined, where: string, options: FormatOptions) => Operand;

export function text(read: (exchange: Exchange) => string | undefined, change: Change = 'seldom'): Operand {
  return { kind: 'text', read, change };
}

export function plain(read: (exchange: Exchange) => string, change: Change = 'seldom'): Operand {
  return { kind: 'plain', read, change };
}

export function number(read: (exchange: Exchange) => number | undefined, change: Change = 'seldom'): Operand {
  return { kind: 'number', read, change };
}

/** Empty becomes nothing. */
export function filled(value: string): string | undefined {
  return value === '' ? undefined : value;
}

/** The value as a text; nothing for no value. */
export function textOf(operand: Operand, exchange: Exchange): string | undefined {
  if (operand.kind === 'text' || operand.kind === 'plain') return operand.read(exchange);
  if (operand.kind === 'number') {
    const value = operand.read(exchange);
    return value === undefined ? undefined : String(value);
  }
  const value = operand.read(exchange);
  if (value === undefined || value === null) return undefined;
  return typeof value === 'string' ? value : JSON.stringify(value);
}
