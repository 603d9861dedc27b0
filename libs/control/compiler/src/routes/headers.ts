/** Header operations of a rule, in Envoy's form: set overwrites, add appends, both in order of name. */

import { create } from '@bufbuild/protobuf';
import type { HeaderOperations, HeaderRules } from '@weft/model';
import {
  type HeaderValueOption,
  HeaderValueOption_HeaderAppendAction,
  HeaderValueOptionSchema,
} from '@weft/xds-messages/envoy/config/core/v3/base';

export interface HeaderChanges {
  readonly requestHeadersToAdd: HeaderValueOption[];
  readonly requestHeadersToRemove: string[];
  readonly responseHeadersToAdd: HeaderValueOption[];
  readonly responseHeadersToRemove: string[];
}

export function headerChanges(rules: HeaderRules | undefined): HeaderChanges {
  return {
    requestHeadersToAdd: additions(rules?.request),
    requestHeadersToRemove: removals(rules?.request),
    responseHeadersToAdd: additions(rules?.response),
    responseHeadersToRemove: removals(rules?.response),
  };
}

/** The changes of a rule and then those of its only destination. */
export function joinChanges(first: HeaderChanges, second: HeaderChanges): HeaderChanges {
  return {
    requestHeadersToAdd: [...first.requestHeadersToAdd, ...second.requestHeadersToAdd],
    requestHeadersToRemove: [...first.requestHeadersToRemove, ...second.requestHeadersToRemove],
    responseHeadersToAdd: [...first.responseHeadersToAdd, ...second.responseHeadersToAdd],
    responseHeadersToRemove: [...first.responseHeadersToRemove, ...second.responseHeadersToRemove],
  };
}

/** `Host` or `:authority` under `set`, else under `add`: a rewrite of the host and not a header. Empty is none. */
export function hostOverride(rules: HeaderRules | undefined): string | undefined {
  return hostIn(rules?.request?.set) ?? hostIn(rules?.request?.add);
}

function hostIn(values: Readonly<Record<string, string>> | undefined): string | undefined {
  for (const [name, value] of Object.entries(values ?? {})) {
    if (value !== '' && ['host', ':authority'].includes(name.toLowerCase())) return value;
  }
  return undefined;
}

function additions(operations: HeaderOperations | undefined): HeaderValueOption[] {
  return [
    ...options(operations?.set, HeaderValueOption_HeaderAppendAction.OVERWRITE_IF_EXISTS_OR_ADD),
    ...options(operations?.add, HeaderValueOption_HeaderAppendAction.APPEND_IF_EXISTS_OR_ADD),
  ];
}

function options(
  values: Readonly<Record<string, string>> | undefined,
  appendAction: HeaderValueOption_HeaderAppendAction,
): HeaderValueOption[] {
  return Object.entries(values ?? {})
    .map(([key, value]) => ({ key: key.toLowerCase(), value }))
    .filter(({ key }) => !isReserved(key))
    .sort((left, right) => (left.key < right.key ? -1 : left.key > right.key ? 1 : 0))
    .map((header) => create(HeaderValueOptionSchema, { header, appendAction }));
}

function removals(operations: HeaderOperations | undefined): string[] {
  return (operations?.remove ?? [])
    .map((name) => name.toLowerCase())
    .filter((name) => !isReserved(name))
    .sort();
}

/** Names that no operation may touch. */
function isReserved(name: string): boolean {
  return name === 'host' || name.startsWith(':');
}
