/** Limits from YAML, with every violation and its line. */

import { type Document, isMap, isScalar, isSeq, LineCounter, type Node, parseDocument, type YAMLMap } from 'yaml';
import { type Limit, type RuleNode, type Unit, unitSeconds } from './rules.ts';

export interface Violation {
  readonly file: string;
  /** From 1. */
  readonly line: number;
  readonly message: string;
}

export interface ParsedRules {
  readonly domain: string;
  readonly root: RuleNode;
}

/** Descriptors within descriptors. */
const depthMax = 16;
const requestsMax = 0xffff_ffff;

type Report = (node: unknown, message: string) => void;

/** Nothing where there is any violation. */
export function parseRules(file: string, text: string): ParsedRules | readonly Violation[] {
  const lines = new LineCounter();
  const document: Document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const violations: Violation[] = [];
  const reportAt = (offset: number, message: string): void => {
    violations.push({ file, line: lines.linePos(offset).line, message });
  };
  const report: Report = (node, message) => reportAt((node as Node | null)?.range?.[0] ?? 0, message);
  for (const error of document.errors) reportAt(error.pos[0], error.message);
  if (violations.length > 0) return violations;
  const { contents } = document;
  if (!isMap(contents)) {
    report(contents, 'not a map with domain and descriptors');
    return violations;
  }
  checkKeys(contents, ['domain', 'descriptors'], report);
  const domain = textOf(contents, 'domain', report);
  if (domain === '') report(contents, 'domain is missing');
  const children = parseDescriptors(contents, 1, report);
  return violations.length > 0 ? violations : { domain, root: { limit: undefined, children } };
}

function parseDescriptors(parent: YAMLMap, depth: number, report: Report): ReadonlyMap<string, RuleNode> {
  const children = new Map<string, RuleNode>();
  const list = parent.get('descriptors', true);
  if (list === undefined) return children;
  if (!isSeq(list)) {
    report(list, 'descriptors is not a list');
    return children;
  }
  if (depth > depthMax) report(list, `descriptors are nested deeper than ${depthMax}`);
  else for (const item of list.items) parseDescriptor(item, depth, children, report);
  return children;
}

function parseDescriptor(item: unknown, depth: number, into: Map<string, RuleNode>, report: Report): void {
  if (!isMap(item)) {
    report(item, 'a descriptor is not a map');
    return;
  }
  checkKeys(item, ['key', 'value', 'rate_limit', 'shadow_mode', 'descriptors'], report);
  const key = textOf(item, 'key', report);
  if (key === '') report(item, 'key is missing');
  const value = textOf(item, 'value', report);
  if (value.endsWith('*')) report(item.get('value', true), 'a value with a wildcard is not supported');
  const name = value === '' ? key : `${key}\0${value}`;
  if (into.has(name)) report(item, `descriptor ${key}${value === '' ? '' : `=${value}`} stands here twice`);
  const shadow = flagOf(item, 'shadow_mode', report);
  into.set(name, { limit: parseLimit(item, shadow, report), children: parseDescriptors(item, depth + 1, report) });
}

function parseLimit(descriptor: YAMLMap, shadow: boolean, report: Report): Limit | undefined {
  const node = descriptor.get('rate_limit', true) as unknown;
  if (node === undefined) {
    if (shadow) report(descriptor, 'shadow_mode has no rate_limit beside it');
    return undefined;
  }
  if (!isMap(node)) {
    report(node, 'rate_limit is not a map');
    return undefined;
  }
  checkKeys(node, ['unit', 'requests_per_unit', 'unlimited', 'name'], report);
  const name = textOf(node, 'name', report);
  if (flagOf(node, 'unlimited', report)) {
    if (node.has('unit') || node.has('requests_per_unit'))
      report(node, 'unlimited stands beside unit or requests_per_unit');
    return { name, unit: 'second', requestsPerUnit: 0, unlimited: true, shadow };
  }
  const unit = textOf(node, 'unit', report).toLowerCase();
  if (!isUnit(unit))
    report(node.get('unit', true) ?? node, `unit is not one of ${Object.keys(unitSeconds).join(', ')}`);
  const count = node.get('requests_per_unit');
  if (typeof count !== 'number' || !Number.isInteger(count) || count < 0 || count > requestsMax) {
    report(node.get('requests_per_unit', true) ?? node, 'requests_per_unit is not a whole number');
    return undefined;
  }
  return isUnit(unit) ? { name, unit, requestsPerUnit: count, unlimited: false, shadow } : undefined;
}

function isUnit(text: string): text is Unit {
  return Object.hasOwn(unitSeconds, text);
}

function checkKeys(map: YAMLMap, known: readonly string[], report: Report): void {
  for (const { key } of map.items) {
    const name = isScalar(key) ? String(key.value) : '';
    if (!known.includes(name)) report(key, `${name} is not known here: ${known.join(', ')} are`);
  }
}

/** Empty where there is none. */
function textOf(map: YAMLMap, name: string, report: Report): string {
  const value = map.get(name);
  if (value === undefined || value === null) return '';
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  report(map.get(name, true), `${name} is not a text`);
  return '';
}

function flagOf(map: YAMLMap, name: string, report: Report): boolean {
  const value = map.get(name);
  if (value === undefined || typeof value === 'boolean') return value === true;
  report(map.get(name, true), `${name} is neither true nor false`);
  return false;
}
