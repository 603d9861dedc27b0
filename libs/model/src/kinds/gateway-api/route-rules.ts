/** Rules between the fields of routes, which all kinds of routes share. */

import type { Report } from '../definition.ts';
import type { BackendObjectReference, ParentReference } from './references.ts';
import type { PathModifier, RouteFilter } from './route-filters.ts';

export const gatewayGroup = 'gateway.networking.k8s.io';

const parentKinds: ReadonlySet<string> = new Set([
  `${gatewayGroup}/Gateway`,
  '/Service',
  'core/Service',
  'networking.istio.io/ServiceEntry',
  'policy.linkerd.io/Server',
]);

export function parentKindOf({ group = gatewayGroup, kind = 'Gateway' }: ParentReference): string {
  return `${group}/${kind}`;
}

/** Several references to one parent need section names or ports that tell them apart; a kind that is no parent here is warned of. */
export function validateParents(parents: readonly ParentReference[], path: string, report: Report, warn: Report): void {
  const sameParent = (a: ParentReference, b: ParentReference): boolean =>
    parentKindOf(a) === parentKindOf(b) && a.namespace === b.namespace && a.name === b.name;
  parents.forEach((parent, index) => {
    if (!parentKinds.has(parentKindOf(parent))) {
      warn(
        `${path}[${index}]`,
        `a ${parent.kind ?? 'Gateway'} is no parent in this mesh; the route is not attached to it`,
      );
    }
    const others = parents.filter((other, at) => at !== index && sameParent(parent, other));
    if (others.length === 0) return;
    if (parent.sectionName === undefined && parent.port === undefined) {
      report(`${path}[${index}]`, 'sectionName or port is required where several references name one parent');
      return;
    }
    const twice = parents
      .slice(0, index)
      .some(
        (other) => sameParent(parent, other) && other.sectionName === parent.sectionName && other.port === parent.port,
      );
    if (twice) report(`${path}[${index}]`, 'this parent is given twice');
  });
}

/** A Service needs a port; other kinds lead nowhere, which the Gateway API wants told in the status and not refused. */
export function validateBackend(backend: BackendObjectReference, path: string, report: Report, warn: Report): void {
  const { group = '', kind = 'Service', port } = backend;
  const isService = (group === '' || group === 'core') && kind === 'Service';
  if (isService && port === undefined) report(path, 'a reference to a Service needs a port');
  if (isService || (group === 'networking.istio.io' && kind === 'Hostname')) return;
  warn(
    `${path}.kind`,
    `a ${kind}${group === '' ? '' : ` of ${group}`} is no backend in this mesh; requests for it are answered 500`,
  );
}

/** Names of rules, where they have one, are unique. */
export function validateRuleNames(rules: readonly { readonly name?: string }[], report: Report): void {
  const seen = new Set<string>();
  rules.forEach(({ name }, index) => {
    if (name === undefined) return;
    if (seen.has(name)) report(`spec.rules[${index}].name`, `duplicate rule ${JSON.stringify(name)}`);
    seen.add(name);
  });
}

/**
 * At most one of each type but RequestMirror, never redirect beside rewrite; prefixes can be replaced where one prefix is matched.
 * @param onePrefix true where the rule has exactly one match, and that is a PathPrefix.
 */
export function validateFilters(
  filters: readonly RouteFilter[],
  path: string,
  onePrefix: boolean,
  report: Report,
  warn: Report,
): void {
  const seen = new Set<string>();
  filters.forEach((filter, index) => {
    const place = `${path}[${index}]`;
    if (seen.has(filter.type) && filter.type !== 'RequestMirror') report(place, `a second ${filter.type}`);
    seen.add(filter.type);
    const [modifier, field] = pathModifierOf(filter);
    if (modifier?.type === 'ReplacePrefixMatch' && !onePrefix) {
      report(
        `${place}.${field}.path`,
        'ReplacePrefixMatch needs a rule with exactly one match, of type PathPrefix',
        'key',
      );
    }
    if (filter.type === 'RequestMirror') {
      validateBackend(filter.requestMirror.backendRef, `${place}.requestMirror.backendRef`, report, warn);
    }
  });
  if (seen.has('RequestRedirect') && seen.has('URLRewrite')) {
    report(path, 'RequestRedirect and URLRewrite exclude one another', 'key');
  }
}

function pathModifierOf(filter: RouteFilter): [PathModifier | undefined, string] {
  if (filter.type === 'RequestRedirect') return [filter.requestRedirect.path, 'requestRedirect'];
  if (filter.type === 'URLRewrite') return [filter.urlRewrite.path, 'urlRewrite'];
  return [undefined, ''];
}
