/** Header changes of routes and their targets as functions over a head's fields, in Envoy's order. */

import {
  HeaderValueOption_HeaderAppendAction as AppendAction,
  type HeaderValueOption,
} from '@weft/xds-messages/envoy/config/core/v3/base';
import { refuse } from '../check/refuse.ts';
import type { Exchange } from '../exchange.ts';
import { compileFormat } from '../format/compile-format.ts';
import type { HeaderMutation } from '../tables/route.ts';

/** Names that framing and routing stand on, and those that end with a connection. */
const untouchable: ReadonlySet<string> = new Set([
  'host',
  'content-length',
  'transfer-encoding',
  'connection',
  'keep-alive',
  'proxy-connection',
  'upgrade',
]);

interface Entry {
  readonly name: string;
  readonly action: AppendAction;
  readonly constant: string | undefined;
  readonly keepEmpty: boolean;
  render(exchange: Exchange): string | undefined;
}

/**
 * One level: removes, then overwrites, then adds. Values and the presence of names are read after the removals and before any
 * other change of the level. Nothing where nothing is to be done. @throws WeftError `config_rejected`
 */
export function compileMutation(
  toAdd: readonly HeaderValueOption[],
  toRemove: readonly string[],
  where: string,
): HeaderMutation | undefined {
  const removed = toRemove.map((name) => checkedName(name, where));
  const entries = toAdd.map((option) => compileEntry(option, where)).filter((entry) => entry !== undefined);
  if (removed.length === 0 && entries.length === 0) return undefined;
  const values = new Array<string | undefined>(entries.length);
  return (fields, exchange) => {
    for (let index = 0; index < removed.length; index += 1) removeField(fields, removed[index]!);
    for (let index = 0; index < entries.length; index += 1) values[index] = settled(entries[index]!, fields, exchange);
    for (let index = 0; index < entries.length; index += 1) {
      const value = values[index];
      if (value !== undefined && overwrites(entries[index]!)) setField(fields, entries[index]!.name, value);
    }
    for (let index = 0; index < entries.length; index += 1) {
      const value = values[index];
      if (value !== undefined && !overwrites(entries[index]!)) fields.push(entries[index]!.name, value);
      values[index] = undefined;
    }
  };
}

/** One after the other; nothing where there is none. */
export function inSequence(mutations: readonly (HeaderMutation | undefined)[]): HeaderMutation | undefined {
  const present = mutations.filter((mutation) => mutation !== undefined);
  const [first, second] = present;
  if (first === undefined || second === undefined) return first;
  if (present.length === 2) {
    return (fields, exchange) => {
      first(fields, exchange);
      second(fields, exchange);
    };
  }
  return (fields, exchange) => {
    for (let index = 0; index < present.length; index += 1) present[index]!(fields, exchange);
  };
}

/** Leaves one field of the name, where the first one stood, or at the end. */
export function setField(fields: string[], name: string, value: string): void {
  for (let at = 0; at < fields.length; at += 2) {
    if (fields[at] !== name) continue;
    fields[at + 1] = value;
    removeFrom(fields, name, at + 2);
    return;
  }
  fields.push(name, value);
}

export function removeField(fields: string[], name: string): void {
  removeFrom(fields, name, 0);
}

function removeFrom(fields: string[], name: string, from: number): void {
  let kept = from;
  for (let at = from; at < fields.length; at += 2) {
    if (fields[at] === name) continue;
    if (kept !== at) {
      fields[kept] = fields[at]!;
      fields[kept + 1] = fields[at + 1]!;
    }
    kept += 2;
  }
  while (fields.length > kept) fields.pop();
}

function overwrites(entry: Entry): boolean {
  return entry.action === AppendAction.OVERWRITE_IF_EXISTS_OR_ADD || entry.action === AppendAction.OVERWRITE_IF_EXISTS;
}

/** The value that an entry gives; nothing: it does nothing this time. */
function settled(entry: Entry, fields: readonly string[], exchange: Exchange): string | undefined {
  if (entry.action === AppendAction.ADD_IF_ABSENT && has(fields, entry.name)) return undefined;
  if (entry.action === AppendAction.OVERWRITE_IF_EXISTS && !has(fields, entry.name)) return undefined;
  const value = entry.constant ?? entry.render(exchange) ?? '';
  return value === '' && !entry.keepEmpty ? undefined : value;
}

function has(fields: readonly string[], name: string): boolean {
  for (let at = 0; at < fields.length; at += 2) if (fields[at] === name) return true;
  return false;
}

function compileEntry(option: HeaderValueOption, where: string): Entry | undefined {
  const name = checkedName(option.header?.key ?? '', where);
  const format = compileFormat(rawValue(option, name, where), `${where}: header ${name}`, { missing: '' });
  const keepEmpty = option.keepEmptyValue;
  if (format.constant === '' && !keepEmpty) return undefined;
  const action = actionOf(option, name, where);
  return { name, action, constant: format.constant, keepEmpty, render: (exchange) => format.render(exchange) };
}

function rawValue(option: HeaderValueOption, name: string, where: string): string {
  const { value = '', rawValue: raw } = option.header ?? {};
  if (value !== '' && raw !== undefined && raw.length > 0)
    refuse(where, `header ${name}: value and raw_value are both set`);
  const text = value !== '' ? value : Buffer.from(raw ?? []).toString('latin1');
  if (/[\u0000-\u0008\u000a-\u001f\u007f]/.test(text))
    refuse(where, `header ${name}: its value has a control character`);
  return text;
}

function actionOf(option: HeaderValueOption, name: string, where: string): AppendAction {
  if (option.append !== undefined) {
    if (option.appendAction !== AppendAction.APPEND_IF_EXISTS_OR_ADD) {
      refuse(where, `header ${name}: append and append_action are both set`);
    }
    return option.append ? AppendAction.APPEND_IF_EXISTS_OR_ADD : AppendAction.OVERWRITE_IF_EXISTS_OR_ADD;
  }
  if (option.appendAction > AppendAction.OVERWRITE_IF_EXISTS || option.appendAction < 0) {
    refuse(where, `header ${name}: append_action ${option.appendAction} is not supported`);
  }
  return option.appendAction;
}

function checkedName(name: string, where: string): string {
  const lower = name.toLowerCase();
  if (!/^[!#$%&'*+.^_`|~0-9a-z-]+$/.test(lower)) refuse(where, `header ${JSON.stringify(name)}: not a header name`);
  if (untouchable.has(lower)) refuse(where, `header ${lower} may not be changed`);
  return lower;
}
