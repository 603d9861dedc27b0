/** A control plane in a few lines: ADS and a CA over real TLS, with resources that a test hands in. */

import { createHash } from 'node:crypto';
import { create } from '@bufbuild/protobuf';
import * as grpc from '@grpc/grpc-js';
import { createFakeCa, type FakeCa } from '@weft/identity/testing';
import { systemClock } from '@weft/kernel';
import {
  type IstioCertificateRequest,
  type IstioCertificateResponse,
  IstioCertificateResponseSchema,
  IstioCertificateService,
} from '@weft/xds-messages/istio/v1/auth/ca';
import { createXdsServer, type OpaqueResource, type OpaqueSnapshot, serviceDefinition } from '@weft/xds-protocol';
import { rootsSecret, type TestResource } from './mesh-resources.ts';

export interface FakeControlPlane {
  readonly ca: FakeCa;
  readonly port: number;
  /** The same without TLS, for a stock Envoy. */
  readonly clearPort: number;
  /** What proxies of a WorkloadGroup get from now on, besides the roots. */
  serve(group: string, resources: readonly TestResource[]): void;
  /** "order healthy", "order unhealthy: reason", "nack reason", in order. */
  readonly events: readonly string[];
  /** Certificates made. */
  issued(): number;
  stop(): void;
}

/** @param ttlSeconds of certificates, whatever is asked for. The token "ns/sa" is the identity. @param port 0 for any. @param host to listen on. */
export async function startFakeControlPlane(
  ttlSeconds = 3600,
  port = 0,
  ca?: FakeCa,
  host = '127.0.0.1',
): Promise<FakeControlPlane> {
  const authority = ca ?? (await createFakeCa(systemClock));
  const { certChainPem, privateKeyPem } = await authority.issueServer('istiod.istio-system.svc');
  const snapshots = new Map<string, OpaqueSnapshot>();
  const events: string[] = [];
  let issued = 0;
  const server = new grpc.Server();
  const xds = createXdsServer<{ readonly token: string }>({
    authenticate: async (metadata) => ({ token: tokenOf(metadata) }),
    onConnect(node) {
      const proxyKey = String(node.metadata?.['AUTO_REGISTER_GROUP'] ?? '');
      const snapshot = snapshots.get(proxyKey);
      return { refused: false, proxyKey, ...(snapshot === undefined ? {} : { snapshot }) };
    },
    onDisconnect: () => {},
    onHealth: (key, healthy, message) => void events.push(healthy ? `${key} healthy` : `${key} unhealthy: ${message}`),
    onNack: (_key, _type, reason) => void events.push(`nack ${reason}`),
  });
  xds.addTo(server, 'test');
  const createCertificate: grpc.handleUnaryCall<IstioCertificateRequest, IstioCertificateResponse> = (call, done) => {
    const [namespace, serviceAccount] = tokenOf(call.metadata).split('/');
    const uri = `spiffe://cluster.local/ns/${namespace}/sa/${serviceAccount}`;
    authority.sign(call.request.csr, uri, ttlSeconds).then(
      (chain) => {
        issued += 1;
        done(null, create(IstioCertificateResponseSchema, { certChain: [...chain] }));
      },
      (error: Error) => done({ code: grpc.status.INVALID_ARGUMENT, details: error.message }),
    );
  };
  server.addService(serviceDefinition(IstioCertificateService), { createCertificate });
  const credentials = grpc.ServerCredentials.createSsl(null, [
    { cert_chain: Buffer.from(certChainPem), private_key: Buffer.from(privateKeyPem) },
  ]);
  const bind = (at: number, how: grpc.ServerCredentials): Promise<number> =>
    new Promise((resolve, reject) => {
      server.bindAsync(`${host}:${at}`, how, (error, got) => (error === null ? resolve(got) : reject(error)));
    });
  const bound = await bind(port, credentials);
  const clearPort = await bind(0, grpc.ServerCredentials.createInsecure());
  return {
    ca: authority,
    port: bound,
    clearPort,
    events,
    issued: () => issued,
    serve(group, resources) {
      const snapshot = snapshotOf([...resources, rootsSecret(authority.rootPem)]);
      snapshots.set(group, snapshot);
      xds.setSnapshot(group, snapshot);
    },
    stop: () => server.forceShutdown(),
  };
}

function tokenOf(metadata: grpc.Metadata): string {
  return String(metadata.get('authorization')[0] ?? '').replace('Bearer ', '');
}

function snapshotOf(list: readonly TestResource[]): OpaqueSnapshot {
  const resources = new Map<string, Map<string, OpaqueResource>>();
  for (const { typeUrl, name, bytes } of list) {
    const version = createHash('sha256').update(bytes).digest('hex').slice(0, 16);
    const ofType = resources.get(typeUrl) ?? new Map<string, OpaqueResource>();
    resources.set(typeUrl, ofType.set(name, { name, version, bytes }));
  }
  return { resources };
}
