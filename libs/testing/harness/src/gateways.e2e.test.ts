/** Gateways between networks, YAML in and HTTP out: out of the mesh through an egress gateway that originates TLS, and by SNI through one that opens nothing. */

import { createServer } from 'node:https';
import { connect } from 'node:tls';
import { createFakeCa } from '@weft/identity/testing';
import { systemClock } from '@weft/kernel';
import { freePort, freePorts } from '@weft/kernel/testing';
import { documentsText, serviceText, workloadGroupText } from '@weft/model/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startMesh, type TestMesh } from './mesh.ts';
import { eventually } from './wait.ts';
import type { Workload } from './workload.ts';

const group = (name: string): string => workloadGroupText(name, { labels: { app: name, istio: name } });

let mesh: TestMesh;
let caller: Workload;

beforeAll(async () => {
  const groups = ['caller', 'hello', 'egress', 'eastwest'].map(group);
  mesh = await startMesh({ 'groups.yaml': documentsText(...groups), 'services.yaml': serviceText('hello') });
  await mesh.workload('shop', 'hello', (_request, response) => void response.end('hello'));
  caller = await mesh.workload('shop', 'caller');
});

afterAll(() => mesh?.stop());

/** As Istio's documentation has it: the application speaks HTTP, the sidecar mTLS to the gateway, the gateway TLS to the world. */
const egress = (gatewayPort: number, outsidePort: number): string => `apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: { name: outside, namespace: shop }
spec:
  hosts: [outside.example]
  resolution: STATIC
  ports:
    - { number: 80, name: http, protocol: HTTP }
    - { number: 443, name: tls-origination, protocol: HTTP, targetPort: ${outsidePort} }
  endpoints: [{ address: 127.0.0.1 }]
---
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: { name: egress, namespace: shop }
spec:
  hosts: [egress.gateways.example]
  location: MESH_INTERNAL
  resolution: STATIC
  subjectAltNames: ["spiffe://cluster.local/ns/shop/sa/egress"]
  ports: [{ number: 443, name: http, protocol: HTTP, targetPort: ${gatewayPort} }]
  endpoints: [{ address: 127.0.0.1 }]
---
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: { name: egress, namespace: shop }
spec:
  selector: { istio: egress }
  servers:
    - port: { number: ${gatewayPort}, name: https, protocol: HTTPS }
      hosts: [outside.example]
      tls: { mode: ISTIO_MUTUAL }
---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: { name: egress, namespace: shop }
spec:
  host: egress.gateways.example
  trafficPolicy: { tls: { mode: ISTIO_MUTUAL, sni: outside.example } }
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: outside, namespace: shop }
spec:
  hosts: [outside.example]
  gateways: [mesh, egress]
  http:
    - match: [{ gateways: [mesh], port: 80 }]
      route: [{ destination: { host: egress.gateways.example, port: { number: 443 } } }]
    - match: [{ gateways: [egress] }]
      headers: { request: { set: { x-through: egress } } }
      route: [{ destination: { host: outside.example, port: { number: 443 } } }]
---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: { name: outside, namespace: shop }
spec:
  host: outside.example
  trafficPolicy:
    portLevelSettings:
      - { port: { number: 443 }, tls: { mode: SIMPLE, sni: outside.example, insecureSkipVerify: true } }
`;

it('a request leaves the mesh through the egress gateway, which knows the caller and originates TLS', async () => {
  const ca = await createFakeCa(systemClock);
  const { certChainPem: cert, privateKeyPem: key } = await ca.issueServer('outside.example');
  const seen: { sni: string; through: string; forwarded: string }[] = [];
  const server = createServer({ cert, key }, (request, response) => {
    const { 'x-through': through = '', 'x-forwarded-client-cert': forwarded = '' } = request.headers;
    const sni = 'servername' in request.socket ? String(request.socket.servername) : '';
    seen.push({ sni, through: String(through), forwarded: String(forwarded) });
    response.end('outside');
  });
  const [gatewayPort = 0, outsidePort = 0] = await freePorts(2);
  await new Promise<void>((resolve) => void server.listen(outsidePort, '127.0.0.1', resolve));
  await mesh.gateway('shop', 'egress');
  mesh.write('egress.yaml', egress(gatewayPort, outsidePort));
  const answer = await eventually('the world answers', async () => {
    const got = await caller.get('http://outside.example/');
    return got.status === 200 ? got : undefined;
  });
  expect(answer.body).toBe('outside');
  expect(seen.at(-1)).toMatchObject({ sni: 'outside.example', through: 'egress' });
  server.close();
});

it('by AUTO_PASSTHROUGH the SNI of the mesh leads to its service, and nothing else comes in', async () => {
  const port = await freePort();
  await mesh.gateway('shop', 'eastwest');
  mesh.write(
    'eastwest.yaml',
    `apiVersion: networking.istio.io/v1
kind: Gateway
metadata: { name: eastwest, namespace: shop }
spec:
  selector: { istio: eastwest }
  servers: [{ port: { number: ${port}, name: tls, protocol: TLS }, hosts: ["*.local"], tls: { mode: AUTO_PASSTHROUGH } }]
`,
  );
  const named = (servername: string, alpn: string): Promise<string | undefined> =>
    new Promise((resolve) => {
      const options = { port, host: '127.0.0.1', servername, ALPNProtocols: [alpn], rejectUnauthorized: false };
      const socket = connect(options, () => {
        resolve(socket.getPeerCertificate().subjectaltname);
        socket.destroy();
      });
      socket.on('error', () => resolve(undefined));
      socket.on('close', () => resolve(undefined));
    });
  const sni = 'outbound_.8080_._.hello.shop.svc.cluster.local';
  const shown = await eventually('hello answers through the gateway', () => named(sni, 'istio-http/1.1'));
  expect(shown).toContain('spiffe://cluster.local/ns/shop/sa/hello');
  expect(await named('outbound_.8080_._.nobody.shop.svc.cluster.local', 'istio')).toBeUndefined();
  expect(await named(sni, 'h2')).toBeUndefined();
});
