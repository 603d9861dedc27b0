import { createServer } from 'node:https';
import { createFakeCa } from '@weft/identity/testing';
import { systemClock } from '@weft/kernel';
import { freePorts } from '@weft/kernel/testing';
import { documentsText, workloadGroupText } from '@weft/model/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { httpCall } from '../http-call.ts';
import { startMesh, type TestMesh } from '../mesh.ts';
import { eventually } from '../wait.ts';
import type { Workload } from '../workload.ts';
import { gatewayGroup, serviceOf } from './documents.ts';

const gateway = (port: number): string => `apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: { name: edge, namespace: edge }
spec:
  gatewayClassName: istio
  listeners: [{ name: http, port: ${port}, protocol: HTTP, allowedRoutes: { namespaces: { from: All } } }]
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: { name: card, namespace: shop }
spec:
  parentRefs: [{ name: edge, namespace: edge }]
  rules: [{ backendRefs: [{ name: card, port: 1001 }] }]
`;

const policy = (hostname: string, configMap: string): string => `apiVersion: gateway.networking.k8s.io/v1
kind: BackendTLSPolicy
metadata: { name: card, namespace: shop }
spec:
  targetRefs: [{ group: "", kind: Service, name: card, sectionName: http }]
  validation: { hostname: ${hostname}, caCertificateRefs: [{ group: "", kind: ConfigMap, name: ${configMap} }] }
`;

const configMap = (name: string, pem: string): string => `apiVersion: v1
kind: ConfigMap
metadata: { name: ${name}, namespace: shop }
data: { ca.crt: ${JSON.stringify(pem)} }
`;

let mesh: TestMesh;
let sidecar: Workload;
let port = 0;
const servers: { close(): unknown }[] = [];

beforeAll(async () => {
  const ca = await createFakeCa(systemClock);
  const stranger = await createFakeCa(systemClock);
  const { certChainPem, privateKeyPem } = await ca.issueServer('card.bank.example');
  const backend = createServer({ cert: certChainPem, key: privateKeyPem }, (request, response) => {
    const { servername } = request.socket as unknown as { readonly servername?: string };
    response.end(`${servername} ${request.headers.host}`);
  });
  servers.push(backend);
  const [backendPort = 0, free = 0] = await freePorts(2);
  port = free;
  await new Promise<void>((resolve) => backend.listen(backendPort, '127.0.0.1', resolve));
  mesh = await startMesh({
    'edge.yaml': documentsText(gatewayGroup('edge'), gateway(port), workloadGroupText('caller')),
    'services.yaml': documentsText(
      serviceOf('card', 'shop', { http: backendPort }),
      configMap('bank', ca.rootPem),
      configMap('stranger', stranger.rootPem),
    ),
    'policy.yaml': policy('card.bank.example', 'bank'),
  });
  await mesh.gateway('edge', 'edge');
  sidecar = await mesh.workload('shop', 'caller');
});

afterAll(async () => {
  await mesh?.stop();
  for (const server of servers) server.close();
});

const through = async () => {
  const answer = await httpCall({ port, target: '/', headers: { host: 'shop.example' } }).catch(() => undefined);
  return `${answer?.status} ${answer?.status === 200 ? answer.body : ''}`.trim();
};

const becomes = (what: string, expected: string): Promise<unknown> =>
  eventually(what, async () => ((await through()) === expected ? true : undefined));

describe('a BackendTLSPolicy', () => {
  it('speaks TLS to the service by the name it says, for gateways and for sidecars, and leaves the host of requests alone', async () => {
    await becomes('the gateway reaches the service', '200 card.bank.example shop.example');
    const answer = await eventually('the sidecar does', async () => {
      const got = await sidecar.get('http://card.shop:1001/');
      return got.status === 200 ? got : undefined;
    });
    expect(answer.body).toBe('card.bank.example card.shop:1001');
  });

  it.each([
    ['of another CA', policy('card.bank.example', 'stranger')],
    ['of another name', policy('other.bank.example', 'bank')],
    ['whose CA is not there', policy('card.bank.example', 'nobody')],
  ])('trusts nobody %s', async (_, text) => {
    mesh.write('policy.yaml', text);
    await becomes('the certificate is refused', '503');
    mesh.write('policy.yaml', policy('card.bank.example', 'bank'));
    await becomes('the right one is taken again', '200 card.bank.example shop.example');
  });
});
