/** Rules that stand at routes (Linkerd's, of a Server with routes) as one set of rules: who may use which route; what has no route is not allowed. */

import { create } from '@bufbuild/protobuf';
import { anyUnpack } from '@bufbuild/protobuf/wkt';
import {
  type Permission,
  PermissionSchema,
  type Policy,
  PolicySchema,
  type RBAC,
  RBAC_Action,
  RBACSchema,
} from '@weft/xds-messages/envoy/config/rbac/v3/rbac';
import type { RouteConfiguration } from '@weft/xds-messages/envoy/config/route/v3/route';
import type { Route, RouteMatch } from '@weft/xds-messages/envoy/config/route/v3/route_components';
import { RBACPerRouteSchema } from '@weft/xds-messages/envoy/extensions/filters/http/rbac/v3/rbac';
import { quoteRegex } from '../../policies/rbac/string-forms.ts';

/** Nothing where no route has rules of its own. The more specific hosts stand first. Conditions on query parameters are not looked at. */
export function routeRules({ virtualHosts }: RouteConfiguration): RBAC | undefined {
  const policies: Record<string, Policy> = {};
  let found = false;
  const otherHosts: Permission[] = [];
  for (const { domains, routes } of virtualHosts) {
    const earlier: Permission[] = [];
    const host = hostPermissions(domains);
    const ofHost = [...host, ...otherHosts.map(not)];
    for (const route of routes) {
      const own = perRoute(route);
      if (own === undefined || route.match === undefined) continue;
      found = true;
      const taken = permission('andRules', [...ofHost, matchPermission(route.match)]);
      const here = permission('andRules', [taken, ...earlier.map(not)]);
      for (const [name, { permissions, principals }] of Object.entries(own.rules?.policies ?? everyone)) {
        const policy = policies[name] ?? create(PolicySchema, { principals });
        policies[name] = policy;
        policy.permissions.push(permission('andRules', [here, permission('orRules', permissions)]));
      }
      earlier.push(taken);
    }
    otherHosts.push(...host);
  }
  return found ? create(RBACSchema, { action: RBAC_Action.ALLOW, policies }) : undefined;
}

function perRoute({ typedPerFilterConfig }: Route) {
  for (const config of Object.values(typedPerFilterConfig)) {
    const unpacked = anyUnpack(config, RBACPerRouteSchema);
    if (unpacked !== undefined) return unpacked.rbac;
  }
  return undefined;
}

/** Of a route whose rules are only noted. */
const everyone: Readonly<Record<string, Policy>> = {
  'linkerd-audit': create(PolicySchema, {
    permissions: [create(PermissionSchema, { rule: { case: 'any', value: true } })],
    principals: [{ identifier: { case: 'any', value: true } }],
  }),
};

function hostPermissions(domains: readonly string[]): readonly Permission[] {
  if (domains.includes('*')) return [];
  const regex = domains.map((domain) =>
    domain.startsWith('*') ? `.+${quoteRegex(domain.slice(1))}` : quoteRegex(domain),
  );
  const value = { matchPattern: { case: 'safeRegex' as const, value: { regex: `(?:${regex.join('|')})(?::\\d+)?` } } };
  return [
    create(PermissionSchema, {
      rule: { case: 'header', value: { name: ':authority', headerMatchSpecifier: { case: 'stringMatch', value } } },
    }),
  ];
}

function matchPermission({ pathSpecifier, headers }: RouteMatch): Permission {
  const byHeader = headers.map((value) => create(PermissionSchema, { rule: { case: 'header', value } }));
  return permission('andRules', [...pathPermissions(pathSpecifier), ...byHeader]);
}

function pathPermissions({ case: kind, value }: RouteMatch['pathSpecifier']): readonly Permission[] {
  switch (kind) {
    case 'path':
      return [path({ case: 'exact', value })];
    case 'prefix':
      return value === '/' ? [] : [path({ case: 'prefix', value })];
    case 'pathSeparatedPrefix':
      return [permission('orRules', [path({ case: 'exact', value }), path({ case: 'prefix', value: `${value}/` })])];
    case 'safeRegex':
      return [path({ case: 'safeRegex', value: { regex: value.regex } })];
    default:
      return [];
  }
}

type Pattern =
  | { readonly case: 'exact' | 'prefix'; readonly value: string }
  | { readonly case: 'safeRegex'; readonly value: { readonly regex: string } };

function path(matchPattern: Pattern): Permission {
  return create(PermissionSchema, {
    rule: { case: 'urlPath', value: { rule: { case: 'path', value: { matchPattern } } } },
  });
}

function permission(kind: 'andRules' | 'orRules', rules: readonly Permission[]): Permission {
  const [only] = rules;
  if (rules.length === 1 && only !== undefined) return only;
  if (rules.length === 0) return create(PermissionSchema, { rule: { case: 'any', value: true } });
  return create(PermissionSchema, { rule: { case: kind, value: { rules: [...rules] } } });
}

function not(rule: Permission): Permission {
  return create(PermissionSchema, { rule: { case: 'notRule', value: rule } });
}
