/** json_format: a Struct whose texts are formats, compiled into pieces of a JSON line. */

import type { JsonObject, JsonValue } from '@bufbuild/protobuf';
import { refuse } from '../check/refuse.ts';
import type { Exchange } from '../exchange.ts';
import { compileParts } from './compile-format.ts';
import { compileLine, type Node, type WriteJson } from './json-line.ts';
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
  return compileLine(objectNodes(format, where, options, 0, Object.entries(extra)));
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
  if (parts.length === 1) return typeof only === 'string' ? jsonText(only) : only;
  const missing = options.missing ?? (options.omitEmpty === true ? '' : '-');
  return (exchange) => {
    let result = '';
    for (const part of parts) result += typeof part === 'string' ? part : (textOf(part, exchange) ?? missing);
    return jsonText(result);
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
      const line = compileLine(valueNodes(value, at, options, depth + 1));
      const write = (exchange: Exchange): string | undefined => {
        const text = line(exchange);
        return text === 'null' ? undefined : text;
      };
      return { key: jsonText(key), write };
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
