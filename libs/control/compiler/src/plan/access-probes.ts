/** Calls that tell two sets of access rules apart: what the rules themselves name, and one that they do not. */

import { anyUnpack } from '@bufbuild/protobuf/wkt';
import type { Permission, Principal, RBAC } from '@weft/xds-messages/envoy/config/rbac/v3/rbac';
import type { HeaderMatcher } from '@weft/xds-messages/envoy/config/route/v3/route_components';
import { UriTemplateMatchConfigSchema } from '@weft/xds-messages/envoy/extensions/path/match/uri_template/v3/uri_template_match';
import type { StringMatcher } from '@weft/xds-messages/envoy/type/matcher/v3/string';

export interface AccessProbe {
  readonly method: string;
  readonly path: string;
  /** "/stock", "/api/*", "other paths". */
  readonly shownPath: string;
  readonly host: string;
  readonly headers: ReadonlyMap<string, string>;
  /** Of a token; absent: none. */
  readonly claims?: Readonly<Record<string, unknown>>;
}

/** Probes for one pair of rules. */
export const probesMax = 256;
export const pathsMax = 16;
export const methodsMax = 8;

export const otherPaths = 'other paths';

interface Named {
  readonly paths: Map<string, string>;
  readonly methods: Set<string>;
  readonly hosts: Set<string>;
  readonly headers: Map<string, string>;
  readonly claims: Record<string, unknown>;
}

/** @param host what callers name where the rules ask for none. */
export function accessProbes(rules: readonly RBAC[], host: string): readonly AccessProbe[] {
  const named: Named = { paths: new Map(), methods: new Set(), hosts: new Set([host]), headers: new Map(), claims: {} };
  for (const { policies } of rules) {
    for (const { permissions, principals } of Object.values(policies)) {
      for (const permission of permissions) readPermission(permission, named);
      for (const principal of principals) readPrincipal(principal, named);
    }
  }
  const paths = [...[...named.paths].slice(0, pathsMax), ['/weft-plan-other', otherPaths] as const];
  const methods = [...new Set([...named.methods, 'GET', 'POST'])].slice(0, methodsMax);
  const headers = named.headers.size === 0 ? [new Map<string, string>()] : [new Map<string, string>(), named.headers];
  const claims = Object.keys(named.claims).length === 0 ? [undefined] : [undefined, named.claims];
  const probes: AccessProbe[] = [];
  for (const [path, shownPath] of paths) {
    for (const method of methods) {
      for (const named_ of [...named.hosts].slice(0, 4)) {
        for (const header of headers) {
          for (const claim of claims) {
            if (probes.length >= probesMax) return probes;
            const token = claim === undefined ? {} : { claims: claim };
            probes.push({ method, path, shownPath, host: named_, headers: header, ...token });
          }
        }
      }
    }
  }
  return probes;
}

function readPermission({ rule }: Permission, named: Named): void {
  switch (rule.case) {
    case 'andRules':
    case 'orRules':
      for (const one of rule.value.rules) readPermission(one, named);
      break;
    case 'notRule':
      readPermission(rule.value, named);
      break;
    case 'header':
      readHeader(rule.value, named);
      break;
    case 'urlPath':
      if (rule.value.rule.case === 'path') readPath(rule.value.rule.value, named);
      break;
    case 'uriTemplate': {
      const config = rule.value.typedConfig && anyUnpack(rule.value.typedConfig, UriTemplateMatchConfigSchema);
      if (config !== undefined) named.paths.set(config.pathTemplate.replaceAll(/\*+/g, 'x'), config.pathTemplate);
      break;
    }
    default:
  }
}

function readPrincipal({ identifier }: Principal, named: Named): void {
  switch (identifier.case) {
    case 'andIds':
    case 'orIds':
      for (const one of identifier.value.ids) readPrincipal(one, named);
      break;
    case 'notId':
      readPrincipal(identifier.value, named);
      break;
    case 'header':
      readHeader(identifier.value, named);
      break;
    case 'metadata': {
      const keys = identifier.value.path.flatMap(({ segment }) => (segment.case === 'key' ? [segment.value] : []));
      if (keys[0] === 'payload')
        setClaim(named.claims, keys.slice(1), exampleOfValue(identifier.value.value?.matchPattern));
      break;
    }
    default:
  }
}

function readHeader({ name, headerMatchSpecifier: specifier }: HeaderMatcher, named: Named): void {
  const example = specifier.case === 'stringMatch' ? exampleOf(specifier.value) : 'x';
  if (name === ':method') named.methods.add(example);
  else if (name === ':authority') named.hosts.add(example);
  else if (!named.headers.has(name.toLowerCase())) named.headers.set(name.toLowerCase(), example);
}

function readPath(matcher: StringMatcher, named: Named): void {
  const { matchPattern: pattern } = matcher;
  if (pattern.case === 'safeRegex' && pattern.value.regex === '.+') return;
  const example = exampleOf(matcher);
  const shown =
    pattern.case === 'prefix' ? `${pattern.value}*` : pattern.case === 'suffix' ? `*${pattern.value}` : example;
  named.paths.set(example.startsWith('/') ? example : `/${example}`, shown);
}

/** A text that fits. */
function exampleOf({ matchPattern: pattern }: StringMatcher): string {
  switch (pattern.case) {
    case 'exact':
    case 'contains':
      return pattern.value;
    case 'prefix':
      return `${pattern.value}x`;
    case 'suffix':
      return `x${pattern.value}`;
    default:
      return 'x';
  }
}

function exampleOfValue(pattern: unknown): string {
  const matcher = findString(pattern);
  return matcher === undefined ? 'x' : exampleOf(matcher);
}

function findString(value: unknown): StringMatcher | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { case: kind, value: inner } = value as { case?: string; value?: unknown };
  if (kind === 'stringMatch') return inner as StringMatcher;
  if (kind === 'orMatch') {
    const first = (inner as { valueMatchers: readonly { matchPattern: unknown }[] }).valueMatchers[0];
    return findString(first?.matchPattern);
  }
  return undefined;
}

function setClaim(into: Record<string, unknown>, keys: readonly string[], value: string): void {
  let holder = into;
  for (const key of keys.slice(0, -1)) {
    const next = holder[key];
    const made = typeof next === 'object' && next !== null ? (next as Record<string, unknown>) : {};
    holder[key] = made;
    holder = made;
  }
  const last = keys.at(-1);
  if (last !== undefined && !Object.hasOwn(holder, last)) holder[last] = value;
}
