/** A JSON line in pieces. What seldom changes on a connection is kept as one text and compared value by value. */

import type { Exchange } from '../exchange.ts';
import { jsonText } from './json-text.ts';
import type { Operand } from './operand.ts';

export type WriteJson = (exchange: Exchange) => string;
/** Literal JSON, an operand, or something that writes itself. */
export type Node = string | Operand | WriteJson;

/** Neighbouring literals and operands that are remembered together. */
interface Group {
  readonly operands: readonly Operand[];
  /** Before the first operand, between them, after the last: one more than operands. */
  readonly literals: readonly string[];
  /** Where the values stand in `Kept.values`, and the text in `Kept.texts`. */
  readonly valuesAt: number;
  readonly textAt: number;
}

/** What one connection remembers of one format. */
interface Kept {
  readonly owner: WriteJson;
  readonly values: unknown[];
  readonly texts: string[];
  next: Kept | undefined;
}

/** Formats that a connection remembers texts for; others write theirs anew. */
export const keptFormatsMax = 4;

export function compileLine(nodes: readonly Node[]): WriteJson {
  const parts = toParts(nodes);
  const groups = parts.filter((part): part is Group => typeof part === 'object');
  const valuesLength = groups.reduce((sum, { operands }) => sum + operands.length, 0);
  const fresh = (): Kept => ({
    owner: write,
    // A value that nothing equals: every text is made at first.
    values: new Array<unknown>(valuesLength).fill(groups),
    texts: new Array<string>(groups.length).fill(''),
    next: undefined,
  });
  const write: WriteJson = (exchange) => {
    const kept = keptOf(exchange, write, fresh);
    let line = '';
    for (const part of parts) {
      if (typeof part === 'string') line += part;
      else if (typeof part === 'function') line += part(exchange);
      else line += groupText(part, kept, exchange);
    }
    return line;
  };
  return write;
}

function groupText(group: Group, kept: Kept, exchange: Exchange): string {
  const { operands, valuesAt } = group;
  const { values } = kept;
  let same = true;
  for (let i = 0; i < operands.length; i += 1) {
    const value = (operands[i] as Operand).read(exchange);
    if (value === values[valuesAt + i]) continue;
    values[valuesAt + i] = value;
    same = false;
  }
  if (!same) {
    let text = group.literals[0] as string;
    for (let i = 0; i < operands.length; i += 1)
      text += jsonValue(values[valuesAt + i]) + (group.literals[i + 1] as string);
    kept.texts[group.textAt] = flat(text);
  }
  return kept.texts[group.textAt] as string;
}

/** Characters of a remembered text that becomes one piece in memory that is kept; a longer one takes its own. */
export const flatCharsMax = 4_096;
const scratch = Buffer.allocUnsafeSlow(flatCharsMax);

/** One piece of what was put together from many: V8 would walk the pieces again with each line that is written. */
function flat(text: string): string {
  if (text.length > flatCharsMax) return Buffer.from(text, 'latin1').toString('latin1');
  return scratch.latin1Slice(0, scratch.latin1Write(text, 0, text.length));
}

function keptOf({ kept }: Exchange, owner: WriteJson, fresh: () => Kept): Kept {
  let known = kept.accessLog as Kept | undefined;
  let count = 0;
  while (known !== undefined) {
    if (known.owner === owner) return known;
    known = known.next;
    count += 1;
  }
  const made = fresh();
  if (count < keptFormatsMax) {
    made.next = kept.accessLog as Kept | undefined;
    kept.accessLog = made;
  }
  return made;
}

function toParts(nodes: readonly Node[]): (string | WriteJson | Group)[] {
  const parts: (string | WriteJson | Group)[] = [];
  let operands: Operand[] = [];
  let literals: string[] = [''];
  let valuesAt = 0;
  let textAt = 0;
  const end = (): void => {
    if (operands.length === 0) {
      if (literals[0] !== '') parts.push(literals[0] as string);
    } else {
      parts.push({ operands, literals, valuesAt, textAt });
      valuesAt += operands.length;
      textAt += 1;
    }
    operands = [];
    literals = [''];
  };
  for (const node of nodes) {
    if (typeof node === 'string') literals[literals.length - 1] += node;
    else if (typeof node === 'function') {
      end();
      parts.push(node);
    } else if (node.change === 'always') {
      if (node.kind === 'plain') literals[literals.length - 1] += '"';
      end();
      parts.push(node.kind === 'plain' ? node.read : freshValue(node));
      if (node.kind === 'plain') literals[0] = '"';
    } else {
      const apart = node.change === 'often' || operands.at(-1)?.change === 'often';
      if (apart && operands.length > 0) end();
      operands.push(node);
      literals.push('');
    }
  }
  end();
  return parts;
}

function freshValue(operand: Operand): WriteJson {
  if (operand.kind === 'text') return (exchange) => jsonText(operand.read(exchange));
  return (exchange) => jsonValue(operand.read(exchange));
}

/** ASCII. */
function jsonValue(value: unknown): string {
  if (typeof value === 'string') return jsonText(value);
  if (typeof value === 'number') return `${value}`;
  if (value === undefined) return 'null';
  return JSON.stringify(value).replace(
    /[\u007f-\uffff]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
