/** `when` of a rule: attributes by name, each a predicate of the caller or of the call. */

import type { AuthorizationCondition } from '@weft/model';
import { cidr } from './addresses.ts';
import { claimIs, claimPath, metadataPrincipal, requestPrincipal } from './claims.ts';
import { headerForm } from './header-form.ts';
import { onPort } from './operations.ts';
import { peerHasAccount, peerInNamespace, peerInTrustDomain, peerIs, peerPrincipals } from './peers.ts';
import { type PermissionInit, type Predicate, type PrincipalInit, predicate } from './predicate.ts';
import { fromClient, fromPeer, type SourceScope } from './sources.ts';
import { stringForm } from './string-forms.ts';

export interface ConditionPredicates {
  readonly permissions: readonly Predicate<PermissionInit>[];
  readonly principals: readonly Predicate<PrincipalInit>[];
}

export function conditionPredicates(
  conditions: readonly AuthorizationCondition[],
  scope: SourceScope,
): ConditionPredicates {
  const permissions: Predicate<PermissionInit>[] = [];
  const principals: Predicate<PrincipalInit>[] = [];
  for (const { key, values, notValues } of conditions) {
    const ofCall = callAttribute(key);
    if (ofCall !== undefined) {
      const made = predicate(values, notValues, ofCall);
      if (made !== undefined) permissions.push(made);
      continue;
    }
    const { make, httpOnly, expand } = callerAttribute(key, scope);
    const made = predicate(expand(values), expand(notValues), make, httpOnly);
    if (made !== undefined) principals.push(made);
  }
  return { permissions, principals };
}

function callAttribute(key: string): ((value: string) => PermissionInit) | undefined {
  switch (key) {
    case 'destination.ip':
      return (value) => ({ rule: { case: 'destinationIp', value: cidr(value) } });
    case 'destination.port':
      return onPort;
    case 'connection.sni':
      return (value) => ({ rule: { case: 'requestedServerName', value: stringForm(value) } });
    default:
      return undefined;
  }
}

type Values = readonly string[] | undefined;

interface CallerAttribute {
  make(value: string): PrincipalInit;
  readonly httpOnly: boolean;
  expand(values: Values): Values;
}

function callerAttribute(key: string, scope: SourceScope): CallerAttribute {
  const asWritten = (values: Values): Values => values;
  const connection = (make: CallerAttribute['make'], expand = asWritten): CallerAttribute => ({
    make,
    httpOnly: false,
    expand,
  });
  const http = (make: CallerAttribute['make']): CallerAttribute => ({ make, httpOnly: true, expand: asWritten });
  switch (key) {
    case 'source.ip':
      return connection(fromPeer);
    case 'remote.ip':
      return connection(fromClient);
    case 'source.namespace':
      return connection(peerInNamespace);
    case 'source.serviceAccount':
      return connection((value) => peerHasAccount(value, scope.namespace));
    case 'source.principal':
      return connection(peerIs, (values) =>
        values === undefined ? values : peerPrincipals(values, scope.trustDomains),
      );
    case 'source.trustDomain':
      return connection(peerInTrustDomain);
    case 'request.auth.principal':
      return http(requestPrincipal);
    case 'request.auth.audiences':
      return http((value) => claimIs(['aud'], stringForm(value)));
    case 'request.auth.presenter':
      return http((value) => claimIs(['azp'], stringForm(value)));
    default:
      return bracketed(key, http, connection);
  }
}

/** "request.headers[x]", "request.auth.claims[a][b]", "experimental.envoy.filters.a.b[key]". */
function bracketed(
  key: string,
  http: (make: CallerAttribute['make']) => CallerAttribute,
  connection: (make: CallerAttribute['make']) => CallerAttribute,
): CallerAttribute {
  const open = key.indexOf('[');
  const name = key.slice(0, open);
  const inside = key.slice(open + 1, -1);
  if (name === 'request.headers') {
    return http((value) => ({ identifier: { case: 'header', value: headerForm(inside, value) } }));
  }
  if (name === 'request.auth.claims') return http((value) => claimIs(claimPath(inside), stringForm(value)));
  const filter = name.replace(/^experimental\./, '');
  return connection((value) => metadataPrincipal(filter, claimPath(inside), value));
}
