/** Rules that delegate, replaced by the rules of the VirtualService that they name (Istio's mergeVirtualServicesIfNeeded). */

import type { HttpRule, Resource } from '@weft/model';
import { notice } from '../provenance.ts';
import { joinMatches, joinNames } from './delegate-match.ts';
import { type Naming, originOf, type PlacedRule, placeRules } from './placed-rule.ts';

export interface DelegateLookup extends Naming {
  virtualService(namespace: string, name: string): Resource<'VirtualService'> | undefined;
  /** What a VirtualService without `exportTo` is exported to. */
  readonly defaultExportTo: readonly string[];
}

export interface MergedRules {
  readonly rules: readonly PlacedRule[];
  /** One for each delegate that is not there or may not be used, and each of its rules that is dropped. */
  readonly notices: readonly string[];
}

/** One level deep: a delegate of a delegate is refused, as Istio's validation does. */
export function mergedRules(resource: Resource<'VirtualService'>, lookup: DelegateLookup): MergedRules {
  const notices: string[] = [];
  const rules = placeRules(resource, lookup).flatMap((root) => {
    const { delegate: wanted } = root.rule;
    if (wanted === undefined) return [root];
    const from = originOf(root.origin, 'delegate');
    const namespace = wanted.namespace || resource.namespace;
    const delegate = lookup.virtualService(namespace, wanted.name);
    const who = `VirtualService ${namespace}/${wanted.name}`;
    if (delegate === undefined || delegate.spec.hosts.length > 0) {
      const what =
        delegate === undefined ? `there is no ${who}` : `${who} has hosts of its own and cannot be delegated to`;
      notices.push(notice(from, `${what}; the rule is left out`));
      return [];
    }
    if (!isExportedTo(delegate, resource.namespace, lookup.defaultExportTo)) {
      notices.push(notice(from, `${who} is not exported to namespace ${resource.namespace}; the rule is left out`));
      return [];
    }
    return placeRules(delegate, lookup).flatMap((rule) => {
      if (rule.rule.delegate !== undefined) {
        notices.push(notice(originOf(rule.origin), 'a delegate cannot delegate again; the rule is left out'));
        return [];
      }
      const merged = merge(root, rule);
      if (merged !== undefined) return [merged];
      const sentence = `does not lie within the match of ${originOf(root.origin).resource} ${root.origin.path}, which delegates to it; the rule is left out`;
      notices.push(notice(originOf(rule.origin), sentence));
      return [];
    });
  });
  return { rules, notices };
}

function merge(root: PlacedRule, inner: PlacedRule): PlacedRule | undefined {
  const matches = joinMatches(root.matches, inner.matches);
  if (matches === undefined) return undefined;
  const name = joinNames(root.rule.name, inner.rule.name);
  return {
    rule: { ...inheritable(root.rule), ...inner.rule, ...(name === undefined ? {} : { name }) },
    matches,
    origin: inner.origin,
  };
}

/** What a delegate's rule takes from the root where it says nothing itself. */
function inheritable(root: HttpRule): HttpRule {
  const { match, route, redirect, directResponse, delegate, name, ...rest } = root;
  return rest;
}

function isExportedTo(
  delegate: Resource<'VirtualService'>,
  namespace: string,
  defaultExportTo: readonly string[],
): boolean {
  const written = delegate.spec.exportTo;
  return (written?.length ? written : defaultExportTo).some(
    (entry) => entry === '*' || entry === namespace || (entry === '.' && delegate.namespace === namespace),
  );
}
