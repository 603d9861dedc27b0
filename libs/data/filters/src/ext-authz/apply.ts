/** Does to a request, and to its answer, what an authoriser asked for. */

import { type Exchange, removeField, setField } from '@weft/data-runtime';
import { isWritable } from '../fields.ts';
import type { FieldChange, Verdict } from './verdict.ts';

/** @returns whether the request was changed. */
export function applyOk(exchange: Exchange, verdict: Extract<Verdict, { kind: 'ok' }>): boolean {
  const { request, remove, querySet, queryRemove } = verdict;
  const { fields } = exchange.request;
  for (const name of remove) if (isRemovable(name)) removeField(fields, name);
  for (const change of request) changeRequest(exchange, change);
  for (const { key, value } of querySet) setParameter(exchange, key, value);
  for (const key of queryRemove) setParameter(exchange, key, undefined);
  return request.length + remove.length + querySet.length + queryRemove.length > 0;
}

export function applyResponse(exchange: Exchange, changes: readonly FieldChange[]): void {
  for (const change of changes) {
    if (isWritable(change.name, change.value)) changeField(exchange.responseFields, change);
  }
}

function isRemovable(name: string): boolean {
  return name !== 'host' && !name.startsWith(':');
}

function changeRequest(exchange: Exchange, change: FieldChange): void {
  const { name, value } = change;
  if (!isWritable(name, value)) return;
  if (name === ':path') {
    const mark = value.indexOf('?');
    exchange.path = mark < 0 ? value : value.slice(0, mark);
    exchange.query = mark < 0 ? '' : value.slice(mark + 1);
    exchange.hasQuery = mark >= 0;
  } else if (name === ':method') exchange.method = value;
  else if (name === ':authority' || name === 'host') exchange.authority = value;
  else if (!name.startsWith(':')) changeField(exchange.request.fields, change);
}

function changeField(fields: string[], { name, value, how }: FieldChange): void {
  const present = isThere(fields, name);
  if (how === 'set' || (how === 'set-if-present' && present)) setField(fields, name, value);
  else if (how === 'add' || (how === 'append' && present) || (how === 'add-if-absent' && !present))
    fields.push(name, value);
}

function isThere(fields: readonly string[], name: string): boolean {
  for (let i = 0; i < fields.length; i += 2) if (fields[i] === name) return true;
  return false;
}

/** @param value nothing: the parameter is taken out. */
function setParameter(exchange: Exchange, key: string, value: string | undefined): void {
  const pairs = exchange.query === '' ? [] : exchange.query.split('&');
  const isOther = (pair: string): boolean => pair !== key && !pair.startsWith(`${key}=`);
  const at = pairs.findIndex((pair) => !isOther(pair));
  const kept = pairs.filter((pair, index) => isOther(pair) || (index === at && value !== undefined));
  if (value !== undefined) {
    const pair = `${key}=${encodeURIComponent(value)}`;
    if (at < 0) kept.push(pair);
    else kept[kept.findIndex((one) => !isOther(one))] = pair;
  }
  exchange.query = kept.join('&');
  exchange.hasQuery = kept.length > 0;
}
