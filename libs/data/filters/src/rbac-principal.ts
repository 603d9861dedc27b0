/** Who a policy is about: envoy.config.rbac.v3.Principal as a closure. */

import {
  type ConnectionInfo,
  compileCidrTest,
  compileHeaderTest,
  compileMetadataTest,
  compilePathMatcher,
  compileTextTest,
  refuse,
} from '@weft/data-runtime';
import type { Principal, Principal_Authenticated } from '@weft/xds-messages/envoy/config/rbac/v3/rbac';
import { allOf, anyOf, type RbacScope, type RbacTest } from './rbac-subject.ts';

/** @throws WeftError `config_rejected` for what is not done, by name. */
export function compilePrincipal(principal: Principal, scope: RbacScope, where: string): RbacTest {
  const { identifier } = principal;
  switch (identifier.case) {
    case 'andIds':
      return allOf(identifier.value.ids.map((one) => compilePrincipal(one, scope, where)));
    case 'orIds':
      return anyOf(identifier.value.ids.map((one) => compilePrincipal(one, scope, where)));
    case 'notId': {
      const test = compilePrincipal(identifier.value, scope, where);
      return (subject) => !test(subject);
    }
    case 'any':
      return () => true;
    case 'authenticated':
      return compileAuthenticated(identifier.value, where);
    case 'sourceIp': {
      const test = compileCidrTest([identifier.value], where);
      return ({ connection }) => test(connection.remoteAddress);
    }
    case 'directRemoteIp': {
      const test = compileCidrTest([identifier.value], where);
      return ({ connection }) => test(connection.directRemoteAddress);
    }
    case 'remoteIp': {
      const test = compileCidrTest([identifier.value], where);
      return ({ remoteAddress }) => test(remoteAddress);
    }
    case 'header': {
      if (scope === 'network') refuse(where, 'field header is not supported by a network filter');
      const test = compileHeaderTest(identifier.value, where);
      return ({ request }) => request !== undefined && test(request);
    }
    case 'urlPath': {
      if (scope === 'network') refuse(where, 'field url_path is not supported by a network filter');
      const test = compilePathMatcher(identifier.value, where);
      return ({ request }) => request !== undefined && test(request.path);
    }
    case 'metadata': {
      const test = compileMetadataTest(identifier.value, where);
      return ({ metadata }) => test(metadata);
    }
    case 'filterState':
      return refuse(where, 'principal: field filter_state is not supported');
    default:
      return refuse(where, 'a principal has no identifier');
  }
}

/** Without a name: any connection with TLS. With one: a URI SAN, a DNS SAN or the subject; the subject is empty without a certificate. */
function compileAuthenticated(authenticated: Principal_Authenticated, where: string): RbacTest {
  const { principalName } = authenticated;
  if (principalName === undefined) return ({ connection }) => connection.tls;
  const test = compileTextTest(principalName, where);
  return ({ connection }) => connection.tls && namedBy(connection, test);
}

function namedBy(connection: ConnectionInfo, test: (text: string) => boolean): boolean {
  const certificate = connection.peerCertificate();
  if (certificate === undefined) return test(connection.peerUri ?? '');
  const { uris, dnsNames } = certificate;
  for (let i = 0; i < uris.length; i += 1) if (test(uris[i] as string)) return true;
  for (let i = 0; i < dnsNames.length; i += 1) if (test(dnsNames[i] as string)) return true;
  return test(certificate.subject);
}
