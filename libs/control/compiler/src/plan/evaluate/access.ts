/** What RBAC filters say of a call: DENY first, then ALLOW, as they stand. */

import { anyUnpack } from '@bufbuild/protobuf/wkt';
import type { CidrRange } from '@weft/xds-messages/envoy/config/core/v3/address';
import { type Permission, type Principal, type RBAC, RBAC_Action } from '@weft/xds-messages/envoy/config/rbac/v3/rbac';
import { UriTemplateMatchConfigSchema } from '@weft/xds-messages/envoy/extensions/path/match/uri_template/v3/uri_template_match';
import type { MetadataMatcher } from '@weft/xds-messages/envoy/type/matcher/v3/metadata';
import { isInRange } from './addresses.ts';
import type { AskedCall } from './asked-request.ts';
import { matchesHeader } from './header-match.ts';
import { fullyMatches } from './regex.ts';
import { matchesString, matchesValue, valueAt } from './value-match.ts';

export interface Verdict {
  readonly allowed: boolean;
  /** "ns[shop]-policy[guard]-rule[0]"; empty: none, or that none allows. */
  readonly policy: string;
}

/** The first set of rules that denies, or that all let the call through. */
export function verdictOf(rules: readonly RBAC[], call: AskedCall): Verdict {
  let allowedBy = '';
  for (const { action, policies } of rules) {
    const found = Object.entries(policies)
      .sort(([left], [right]) => (left < right ? -1 : 1))
      .find(
        ([, { permissions, principals }]) =>
          permissions.some((permission) => permits(permission, call)) &&
          principals.some((principal) => isPrincipal(principal, call)),
      );
    if (action === RBAC_Action.DENY && found !== undefined) return { allowed: false, policy: found[0] };
    if (action === RBAC_Action.ALLOW && found === undefined) return { allowed: false, policy: '' };
    if (action === RBAC_Action.ALLOW) allowedBy = found?.[0] ?? '';
  }
  return { allowed: true, policy: allowedBy };
}

function permits({ rule }: Permission, call: AskedCall): boolean {
  switch (rule.case) {
    case 'any':
      return rule.value;
    case 'andRules':
      return rule.value.rules.every((one) => permits(one, call));
    case 'orRules':
      return rule.value.rules.some((one) => permits(one, call));
    case 'notRule':
      return !permits(rule.value, call);
    case 'header':
      return matchesHeader(rule.value, call);
    case 'urlPath':
      return rule.value.rule.case === 'path' && matchesString(rule.value.rule.value, call.path);
    case 'destinationPort':
      return rule.value === call.port;
    case 'uriTemplate': {
      const config = rule.value.typedConfig && anyUnpack(rule.value.typedConfig, UriTemplateMatchConfigSchema);
      return config !== undefined && fullyMatches(templateRegex(config.pathTemplate), call.path);
    }
    default:
      return false;
  }
}

function isPrincipal({ identifier }: Principal, call: AskedCall): boolean {
  switch (identifier.case) {
    case 'any':
      return identifier.value;
    case 'andIds':
      return identifier.value.ids.every((one) => isPrincipal(one, call));
    case 'orIds':
      return identifier.value.ids.some((one) => isPrincipal(one, call));
    case 'notId':
      return !isPrincipal(identifier.value, call);
    case 'authenticated': {
      const { principalName } = identifier.value;
      return call.principal !== '' && (principalName === undefined || matchesString(principalName, call.principal));
    }
    case 'sourceIp':
    case 'directRemoteIp':
    case 'remoteIp':
      return isWithin(identifier.value, call.sourceAddress);
    case 'header':
      return matchesHeader(identifier.value, call);
    case 'urlPath':
      return identifier.value.rule.case === 'path' && matchesString(identifier.value.rule.value, call.path);
    case 'metadata':
      return matchesMetadata(identifier.value, call);
    default:
      return false;
  }
}

function isWithin({ addressPrefix, prefixLen }: CidrRange, address: string): boolean {
  return address !== '' && isInRange(address, addressPrefix, prefixLen?.valueOf() ?? 0);
}

function matchesMetadata({ path, value, invert }: MetadataMatcher, { claims }: AskedCall): boolean {
  const keys = path.flatMap(({ segment }) => (segment.case === 'key' ? [segment.value] : []));
  const found = valueAt(claims === undefined ? {} : { payload: claims }, keys);
  return (value !== undefined && matchesValue(value, found)) !== invert;
}

/** "/a/*" one segment, "/a/**" any number of them. */
function templateRegex(template: string): string {
  return template
    .split('/')
    .map((segment) => {
      if (segment === '**') return '.*';
      if (segment === '*') return '[^/]+';
      return segment.replaceAll(/[\\.+*?()|[\]{}^$]/g, '\\$&');
    })
    .join('/');
}
