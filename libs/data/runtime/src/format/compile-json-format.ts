/** json_format: a Struct whose texts are formats, compiled into pieces of a JSON line. */

import type { JsonObject, JsonValue } from '@bufbuild/protobuf';
import { refuse } from '../check/refuse.ts';
import type { Exchange } from '../filter.ts';
import { compileParts } from './compile-format.ts';
import { jsonText } from './json-text.ts';
import { type FormatOptions, type Operand, textOf } from './operand.ts';

export interface JsonFormatOptions extends FormatOptions {
  /** Keys without a value are left out, objects with them. */
  readonly omitEmpty?: boolean;
  /** Added at the end of the object, whatever its keys: key → its value as JSON. */
  readonly extra?: Readonly<Record<string, (exchange: Exchange) => string>>;
}

/** Deeper formats are refused. */
export const jsonFormatDepthMax = 16;

type WriteJson = (exchange: Exchange) => string;
type Node = string | WriteJson;

/**
 * One JSON object without a line end, ASCII only. Keys are sorted, as Envoy writes them; numbers are numbers, a missing value is null, inside a
 * longer text "-". @throws WeftError `config_rejected`.
 */
export function compileJsonFormat(format: JsonObject, where: string, options: JsonFormatOptions = {}): WriteJson {
  const { extra = {} } = options;
  if (options.omitEmpty === true) {
    const write = sparseObject(format, where, options, 0);
    return (exchange) => write(exchange) ?? '{}';
  }
  const nodes = flatten(objectNodes(format, where, options, 0, Object.entries(extra)));
  return (exchange) => {
    let line = '';
    for (const node of nodes) line += typeof node === 'string' ? node : node(exchange);
    return line;
  };
}

function objectNodes(
  format: JsonObject,
  where: string,
  options: JsonFormatOptions,
  depth: number,
  extra: readonly (readonly [string, WriteJson])[] = [],
): Node[] {
  const nodes: Node[] = ['{'];
  for (const key of Object.keys(format).sort()) {
    nodes.push(`${nodes.length === 1 ? '' : ','}${jsonText(key)}:`);
    nodes.push(...valueNodes(format[key] as JsonValue, `${where}: ${key}`, options, depth + 1));
  }
  for (const [key, write] of extra) nodes.push(`${nodes.length === 1 ? '' : ','}${jsonText(key)}:`, write);
  nodes.push('}');
  return nodes;
}

function valueNodes(value: JsonValue, where: string, options: JsonFormatOptions, depth: number): Node[] {
  if (depth > jsonFormatDepthMax) refuse(where, `json_format is deeper than ${jsonFormatDepthMax}`);
  if (typeof value === 'string') return [textNode(compileParts(value, where, options), options)];
  if (Array.isArray(value)) {
    const nodes: Node[] = ['['];
    value.forEach((item, index) => {
      if (index > 0) nodes.push(',');
      nodes.push(...valueNodes(item, where, options, depth + 1));
    });
    nodes.push(']');
    return nodes;
  }
  if (typeof value === 'object' && value !== null) return objectNodes(value, where, options, depth);
  return [JSON.stringify(value)];
}

function textNode(parts: readonly (string | Operand)[], options: JsonFormatOptions): Node {
  const [only] = parts;
  if (only === undefined) return '""';
  if (parts.length === 1) return typeof only === 'string' ? jsonText(only) : operandNode(only);
  const missing = options.missing ?? (options.omitEmpty === true ? '' : '-');
  return (exchange) => {
    let result = '';
    for (const part of parts) result += typeof part === 'string' ? part : (textOf(part, exchange) ?? missing);
    return jsonText(result);
  };
}

function operandNode(operand: Operand): WriteJson {
  if (operand.kind === 'number') {
    return (exchange) => {
      const value = operand.read(exchange);
      return value === undefined ? 'null' : `${value}`;
    };
  }
  if (operand.kind === 'value') {
    return (exchange) => {
      const value = operand.read(exchange);
      if (typeof value === 'string') return jsonText(value);
      return value === undefined ? 'null' : asciiJson(value);
    };
  }
  // Most texts are those of the request before: its quoted form is remembered.
  let last: string | undefined;
  let quoted = 'null';
  return (exchange) => {
    const value = operand.read(exchange);
    if (value !== last) {
      last = value;
      quoted = jsonText(value);
    }
    return quoted;
  };
}

/** Objects with omitted keys: built each time. @returns nothing for an object without a value. */
function sparseObject(
  format: JsonObject,
  where: string,
  options: JsonFormatOptions,
  depth: number,
): (exchange: Exchange) => string | undefined {
  if (depth > jsonFormatDepthMax) refuse(where, `json_format is deeper than ${jsonFormatDepthMax}`);
  const entries = Object.keys(format)
    .sort()
    .map((key) => {
      const value = format[key] as JsonValue;
      const at = `${where}: ${key}`;
      if (typeof value === 'object' && value !== null && !Array.isArray(value))
        return { key: jsonText(key), write: sparseObject(value, at, options, depth + 1) };
      const nodes = flatten(valueNodes(value, at, options, depth + 1));
      return {
        key: jsonText(key),
        write: (exchange: Exchange) => {
          let text = '';
          for (const node of nodes) text += typeof node === 'string' ? node : node(exchange);
          return text === 'null' ? undefined : text;
        },
      };
    });
  return (exchange) => {
    let text = '';
    for (const { key, write } of entries) {
      const value = write(exchange);
      if (value !== undefined) text += `${text === '' ? '{' : ','}${key}:${value}`;
    }
    return text === '' ? undefined : `${text}}`;
  };
}

/** Neighbouring texts become one. */
function flatten(nodes: readonly Node[]): Node[] {
  const joined: Node[] = [];
  for (const node of nodes) {
    const last = joined.length - 1;
    if (typeof node === 'string' && typeof joined[last] === 'string') joined[last] += node;
    else joined.push(node);
  }
  return joined;
}

function asciiJson(value: unknown): string {
  return JSON.stringify(value).replace(
    /[\u007f-\uffff]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
