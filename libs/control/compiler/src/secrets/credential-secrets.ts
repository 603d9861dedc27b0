/** Secrets of the user that a gateway's servers and DestinationRules name, to proxies of their own namespace, and where a ReferenceGrant says so. */

import { create } from '@bufbuild/protobuf';
import type { Resource } from '@weft/model';
import { SecretSchema } from '@weft/xds-messages/envoy/extensions/transport_sockets/tls/v3/secret';
import { mayUseCredentials } from '../clusters/upstream-tls.ts';
import type { Context, Generator } from '../context.ts';
import { gatewayServers } from '../gateway-servers.ts';
import { credentialsOf, rootCredential } from '../listeners/server-tls.ts';
import { credentialRootName, credentialSecretName } from '../messages/tls-context.ts';
import { plannedClusters } from '../service-clusters.ts';
import {
  credentialOf,
  holdsCertificate,
  mayBeGranted,
  type Referrer,
  rootSourceFor,
  rootsOf,
  secretFor,
} from './credentials.ts';

export const credentialSecrets: Generator = (context) => {
  if (context.proxy.type === 'grpc') return;
  const ofRules = [...ruleCredentials(context)].map((name): Wanted => ({ name, by: undefined }));
  for (const { name, by } of [...certificatesWanted(context), ...ofRules]) {
    const secret = secretFor(context, name, by);
    const secretName = credentialSecretName(name, mayBeGranted(by));
    if (secret !== undefined && holdsCertificate(context, name, by)) emitCertificate(context, secretName, secret);
  }
  for (const { name, by } of [...rootsWanted(context), ...ofRules]) {
    const source = rootSourceFor(context, name, by);
    if (source !== undefined) emitRoot(context, credentialRootName(name, mayBeGranted(by)), source);
  }
};

interface Wanted {
  readonly name: string;
  readonly by: Referrer;
}

function certificatesWanted(context: Context): readonly Wanted[] {
  return boundServers(context).flatMap(({ server, gateway }) =>
    (server.tls === undefined ? [] : credentialsOf(server.tls)).map((name) => ({ name, by: gateway })),
  );
}

function rootsWanted(context: Context): readonly Wanted[] {
  return boundServers(context).flatMap(({ server, gateway }) => {
    const name = server.tls === undefined ? undefined : rootCredential(server.tls);
    return name === undefined ? [] : [{ name, by: gateway }];
  });
}

function boundServers(context: Context) {
  return context.proxy.type === 'router' ? [...gatewayServers(context).values()].flat() : [];
}

function ruleCredentials(context: Context): ReadonlySet<string> {
  const names = new Set<string>();
  const { proxy, world } = context;
  if (proxy.type !== 'router' && !world.policiesByLabels) return names;
  for (const planned of plannedClusters(context)) {
    const name = planned.policy.tls?.credentialName;
    if (name !== undefined && mayUseCredentials(context.proxy.type, planned)) names.add(name);
  }
  return names;
}

function emitCertificate({ proxy, emit }: Context, secretName: string, secret: Resource<'Secret'>): void {
  emit({
    type: 'secret',
    name: secretName,
    scope: proxy.namespace,
    inputs: [secret],
    build() {
      const { chain = new Uint8Array(), key = new Uint8Array() } = credentialOf(secret);
      const message = create(SecretSchema, {
        name: secretName,
        type: {
          case: 'tlsCertificate',
          value: {
            certificateChain: { specifier: { case: 'inlineBytes', value: chain } },
            privateKey: { specifier: { case: 'inlineBytes', value: key } },
          },
        },
      });
      return { message };
    },
  });
}

function emitRoot(
  { proxy, emit }: Context,
  secretName: string,
  source: Resource<'Secret'> | Resource<'ConfigMap'>,
): void {
  emit({
    type: 'secret',
    name: secretName,
    scope: proxy.namespace,
    inputs: [source],
    build() {
      const { ca = new Uint8Array(), crl } = rootsOf(source);
      const message = create(SecretSchema, {
        name: secretName,
        type: {
          case: 'validationContext',
          value: {
            trustedCa: { specifier: { case: 'inlineBytes', value: ca } },
            ...(crl === undefined ? {} : { crl: { specifier: { case: 'inlineBytes' as const, value: crl } } }),
          },
        },
      });
      return { message };
    },
  });
}
