/** Format strings compiled into functions of an exchange. */

import { refuse } from '../check/refuse.ts';
import type { Exchange } from '../exchange.ts';
import { type FormatOptions, type Operand, text, textOf } from './operand.ts';
import { connectionOperators } from './operators/connections.ts';
import { headerOperators } from './operators/headers.ts';
import { metadataOperators } from './operators/metadata.ts';
import { outcomeOperators } from './operators/outcome.ts';
import { type ParsedOperator, parseFormat } from './parse-format.ts';

export interface CompiledFormat {
  /** The text, where it has no operators. */
  readonly constant: string | undefined;
  /** @returns nothing where the whole is one operator without a value; inside a longer text a missing value is `missing`. */
  render(exchange: Exchange): string | undefined;
}

const operators = new Map(
  [headerOperators, connectionOperators, outcomeOperators, metadataOperators].flatMap((table) => Object.entries(table)),
);

/** Names of all command operators, sorted: for the documentation. */
export const commandOperators: readonly string[] = [...operators.keys()].sort();

/** @throws WeftError `config_rejected`, naming an operator that is not known. */
export function compileFormat(source: string, where: string, options: FormatOptions = {}): CompiledFormat {
  const parts = compileParts(source, where, options);
  const [only] = parts;
  if (only === undefined) return { constant: '', render: () => '' };
  if (parts.length === 1) {
    if (typeof only === 'string') return { constant: only, render: () => only };
    if (only.kind === 'text') return { constant: undefined, render: only.read };
    return { constant: undefined, render: (exchange) => textOf(only, exchange) };
  }
  const missing = options.missing ?? '-';
  return {
    constant: undefined,
    render(exchange) {
      let result = '';
      for (const part of parts) result += typeof part === 'string' ? part : (textOf(part, exchange) ?? missing);
      return result;
    },
  };
}

/** Literal texts and operands in their order. */
export function compileParts(source: string, where: string, options: FormatOptions): (string | Operand)[] {
  return parseFormat(source, where).map((part) =>
    typeof part === 'string' ? part : createOperand(part, where, options),
  );
}

function createOperand(parsed: ParsedOperator, where: string, options: FormatOptions): Operand {
  const create = operators.get(parsed.name);
  if (create === undefined) refuse(where, `format: %${parsed.name}% is not supported`);
  const operand = create(parsed.argument, where, options);
  const { lengthMax } = parsed;
  if (lengthMax === undefined) return operand;
  return text((exchange) => textOf(operand, exchange)?.slice(0, lengthMax), 'always');
}
