/** TLS to services that bring their own certificate, as a BackendTLSPolicy of the Gateway API says it. */

import { create } from '@bufbuild/protobuf';
import { anyPack } from '@bufbuild/protobuf/wkt';
import { type BackendTlsPolicy, backendTlsPolicies, backendTlsPolicyOf, type Model, trustedRoots } from '@weft/model';
import { type TransportSocket, TransportSocketSchema } from '@weft/xds-messages/envoy/config/core/v3/base';
import {
  type SubjectAltNameMatcher,
  SubjectAltNameMatcher_SanType,
  SubjectAltNameMatcherSchema,
} from '@weft/xds-messages/envoy/extensions/transport_sockets/tls/v3/common';
import { UpstreamTlsContextSchema } from '@weft/xds-messages/envoy/extensions/transport_sockets/tls/v3/tls';
import { systemRootsFile } from '../messages/tls-context.ts';

export interface BackendTls {
  readonly policy: BackendTlsPolicy;
  /** Certificates of CAs as PEM, '' where no reference leads to one; undefined: those of the system. */
  readonly roots: string | undefined;
}

export interface BackendTlsIndex {
  /** Nothing where no policy holds for the port. */
  of(service: { readonly namespace: string; readonly name: string }, portName: string): BackendTls | undefined;
  /** All that it says: equal texts and policies say the same. */
  readonly inputs: readonly unknown[];
}

export function indexBackendTls(model: Model): BackendTlsIndex {
  const winners = backendTlsPolicies(model);
  const made = new Map<BackendTlsPolicy, BackendTls>();
  for (const policy of winners.values()) {
    const isSystem = policy.spec.validation.wellKnownCACertificates !== undefined;
    made.set(policy, { policy, roots: isSystem ? undefined : trustedRoots(model, policy).pem });
  }
  return {
    of(service, portName) {
      const policy = winners.size === 0 ? undefined : backendTlsPolicyOf(winners, service, portName);
      return policy === undefined ? undefined : made.get(policy);
    },
    inputs: [...winners].flatMap(([key, policy]) => [key, policy, made.get(policy)?.roots]),
  };
}

/** @param alpn what is spoken inside. */
export function backendTlsSocket({ policy, roots }: BackendTls, alpn: readonly string[]): TransportSocket {
  const { hostname, subjectAltNames = [] } = policy.spec.validation;
  const trusted =
    roots === undefined
      ? { case: 'filename' as const, value: systemRootsFile }
      : { case: 'inlineString' as const, value: roots === '' ? rootOfNobody : roots };
  const names =
    subjectAltNames.length === 0
      ? [nameMatcher('DNS', hostname)]
      : subjectAltNames.map((one) =>
          one.type === 'URI' ? nameMatcher('URI', one.uri) : nameMatcher('DNS', one.hostname),
        );
  const context = create(UpstreamTlsContextSchema, {
    sni: hostname,
    commonTlsContext: {
      validationContextType: {
        case: 'validationContext',
        value: { trustedCa: { specifier: trusted }, matchTypedSubjectAltNames: names },
      },
      alpnProtocols: [...alpn],
    },
  });
  return create(TransportSocketSchema, {
    name: 'envoy.transport_sockets.tls',
    configType: { case: 'typedConfig', value: anyPack(UpstreamTlsContextSchema, context) },
  });
}

function nameMatcher(type: 'DNS' | 'URI', value: string): SubjectAltNameMatcher {
  const sanType = SubjectAltNameMatcher_SanType[type];
  return create(SubjectAltNameMatcherSchema, { sanType, matcher: { matchPattern: { case: 'exact', value } } });
}

/** Its key was thrown away: where no CA is known no certificate is trusted, and requests are answered 503 instead of sent to anybody. */
const rootOfNobody = `-----BEGIN CERTIFICATE-----
MIIBeTCCAR+gAwIBAgIULjguQjmCuman+PWZ937z21K5qfgwCgYIKoZIzj0EAwIw
ETEPMA0GA1UEAwwGbm9ib2R5MCAXDTI2MTEyMTIxMTQzMVoYDzIxMjYxMDI4MjEx
NDMxWjARMQ8wDQYDVQQDDAZub2JvZHkwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNC
AATZHnYgiCZlbKnQTYwDvFVFhFSlmx0c8W1kWNbqV0SiS29gjTff4W38XyC4clZY
t8v3VUzlevP6gtrPTf0ysuyfo1MwUTAdBgNVHQ4EFgQUnPT6V2ALGGkCXsIMKEYG
2ev8ER8wHwYDVR0jBBgwFoAUnPT6V2ALGGkCXsIMKEYG2ev8ER8wDwYDVR0TAQH/
BAUwAwEB/zAKBggqhkjOPQQDAgNIADBFAiAT08d6AlFYZ11jydpoe1WUwj6oUEpL
CRKgp9i5qj7g6gIhAIYrmAzH8Ax2RcDJLvRDyXETrIF69jTseCKQ8XJkE9/G
-----END CERTIFICATE-----
`;
