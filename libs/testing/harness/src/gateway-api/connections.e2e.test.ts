import { createFakeCa } from '@weft/identity/testing';
import { systemClock } from '@weft/kernel';
import { freePorts } from '@weft/kernel/testing';
import { documentsText, workloadGroupText } from '@weft/model/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startMesh, type TestMesh } from '../mesh.ts';
import { eventually } from '../wait.ts';
import { gatewayGroup, secretOf, serviceOf } from './documents.ts';
import { lineServer, type Peer, sayLine, sayThroughTunnel } from './peers.ts';

const gateway = (bytes: number, tls: number): string => `apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: { name: edge, namespace: edge }
spec:
  gatewayClassName: istio
  listeners:
    - name: bytes
      port: ${bytes}
      protocol: TCP
      allowedRoutes: { namespaces: { from: Selector, selector: { matchLabels: { kubernetes.io/metadata.name: shop } } } }
    - { name: pass, port: ${tls}, protocol: TLS, hostname: "*.pass.example", tls: { mode: Passthrough }, allowedRoutes: { namespaces: { from: All } } }
    - { name: end, port: ${tls}, protocol: TLS, hostname: end.example, tls: { certificateRefs: [{ name: end, namespace: shop }] }, allowedRoutes: { namespaces: { from: All } } }
`;

const grant = `apiVersion: gateway.networking.k8s.io/v1
kind: ReferenceGrant
metadata: { name: end, namespace: shop }
spec:
  from: [{ group: gateway.networking.k8s.io, kind: Gateway, namespace: edge }]
  to: [{ group: "", kind: Secret, name: end }]
`;

const tcpRoute = (name: string, namespace: string, listener: string, backends: string): string =>
  `apiVersion: gateway.networking.k8s.io/v1alpha2
kind: TCPRoute
metadata: { name: ${name}, namespace: ${namespace} }
spec:
  parentRefs: [{ name: edge, namespace: edge, sectionName: ${listener} }]
  rules: [{ backendRefs: [${backends}] }]
`;

const tlsRoute = (name: string, hostname: string, backend: string): string => `apiVersion: gateway.networking.k8s.io/v1
kind: TLSRoute
metadata: { name: ${name}, namespace: shop }
spec:
  parentRefs: [{ name: edge, namespace: edge, sectionName: pass }]
  hostnames: [${hostname}]
  rules: [{ backendRefs: [{ name: ${backend}, port: 1001 }] }]
`;

const caller = (port: number): string => `${workloadGroupText('caller')}---
apiVersion: networking.istio.io/v1
kind: Sidecar
metadata: { name: caller, namespace: shop }
spec:
  workloadSelector: { labels: { app: caller } }
  egress:
    - { port: { number: ${port}, protocol: TCP, name: tcp }, captureMode: NONE, bind: 127.0.0.1, hosts: ["./*"] }
    - { hosts: ["./*"] }
`;

let mesh: TestMesh;
const peers: Peer[] = [];
let bytesPort = 0;
let tlsPort = 0;
let egressPort = 0;
const ca = await createFakeCa(systemClock);

const add = async (starting: Promise<Peer>): Promise<number> => {
  const peer = await starting;
  peers.push(peer);
  return peer.port;
};

beforeAll(async () => {
  [bytesPort = 0, tlsPort = 0, egressPort = 0] = await freePorts(3);
  const one = await add(lineServer('one'));
  const two = await add(lineServer('two'));
  const red = await add(lineServer('red', await ca.issueServer('red.pass.example')));
  const blue = await add(lineServer('blue', await ca.issueServer('blue.pass.example')));
  mesh = await startMesh({
    'edge.yaml': documentsText(gatewayGroup('edge'), gateway(bytesPort, tlsPort), caller(egressPort)),
    'services.yaml': documentsText(
      serviceOf('db', 'shop', { tcp: one }, egressPort),
      serviceOf('one', 'shop', { tcp: one }),
      serviceOf('two', 'shop', { tcp: two }),
      serviceOf('red', 'shop', { tls: red }),
      serviceOf('blue', 'shop', { tls: blue }),
    ),
    'routes.yaml': documentsText(
      tcpRoute('bytes', 'shop', 'bytes', '{ name: one, port: 1001, weight: 1 }, { name: two, port: 1001, weight: 0 }'),
      tcpRoute('end', 'shop', 'end', '{ name: two, port: 1001 }'),
      tlsRoute('red', 'red.pass.example', 'red'),
      tlsRoute('blue', '"*.pass.example"', 'blue'),
      secretOf('end', 'shop', await ca.issueServer('end.example')),
      grant,
    ),
  });
  await mesh.gateway('edge', 'edge');
});

afterAll(async () => {
  await mesh?.stop();
  await Promise.all(peers.map((peer) => peer.close()));
});

const becomes = (what: string, expected: string, tls?: { roots: string; serverName: string }): Promise<unknown> =>
  eventually(what, async () => {
    const { text } = await sayLine(tls === undefined ? bytesPort : tlsPort, 'hi', tls);
    return text === expected ? true : undefined;
  });

describe('a TCPRoute', () => {
  it('takes the connections of its listener to the backend that has weight, and another one once the weights change', async () => {
    await becomes('the first backend answers', 'one hi');
    mesh.write('bytes.yaml', tcpRoute('aaa', 'shop', 'bytes', '{ name: two, port: 1001 }'));
    await becomes('the route whose name comes first takes the listener', 'two hi');
  });

  it('of a namespace that the listener does not let in is not attached', async () => {
    mesh.write('bytes.yaml', tcpRoute('aaa', 'elsewhere', 'bytes', '{ name: two, namespace: shop, port: 1001 }'));
    await becomes('the older route has the listener again', 'one hi');
  });

  it('gets what is inside TLS that ends at its listener, with a certificate that a ReferenceGrant lets the Gateway use', async () => {
    const tls = { roots: ca.rootPem, serverName: 'end.example' };
    await becomes('the certificate is there', 'two hi', tls);
    expect((await sayLine(tlsPort, 'hi', tls)).names).toBe('DNS:end.example');
  });
});

describe('a TCPRoute of the mesh', () => {
  const meshRoute = (backends: string): string => `apiVersion: gateway.networking.k8s.io/v1alpha2
kind: TCPRoute
metadata: { name: mesh, namespace: shop }
spec:
  parentRefs: [{ group: "", kind: Service, name: db, sectionName: tcp }]
  rules: [{ backendRefs: [${backends}] }]
`;

  it('moves the connections to a port of a Service, those that an explicit proxy tunnels and those of an egress listener', async () => {
    const caller = await mesh.workload('shop', 'caller');
    const both = async (): Promise<string> => {
      const tunnel = await sayThroughTunnel(caller.outboundPort, `db.shop:${egressPort}`, 'hi');
      return `${tunnel.text}, ${(await sayLine(egressPort, 'hi')).text}`;
    };
    const become = (expected: string): Promise<unknown> =>
      eventually(`"${expected}"`, async () => ((await both()) === expected ? true : undefined));
    await become('one hi, one hi');
    mesh.write('mesh-route.yaml', meshRoute('{ name: two, port: 1001 }'));
    await become('two hi, two hi');
    mesh.write('mesh-route.yaml', meshRoute('{ name: gone, port: 1001 }'));
    await become(', ');
  });
});

describe('a TLSRoute', () => {
  it('passes TLS on by server name, the exact one before the pattern, and closes what nobody named', async () => {
    const of = (serverName: string) => sayLine(tlsPort, 'hi', { roots: ca.rootPem, serverName });
    await becomes('the exact name is served', 'red hi', { roots: ca.rootPem, serverName: 'red.pass.example' });
    expect(await of('red.pass.example')).toEqual({ text: 'red hi', names: 'DNS:red.pass.example' });
    expect(await of('blue.pass.example')).toEqual({ text: 'blue hi', names: 'DNS:blue.pass.example' });
    expect((await of('nobody.example')).text).toBe('');
  });
});

describe('an AuthorizationPolicy of the gateway', () => {
  const denying = (block: string): string => `apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: { name: addresses, namespace: edge }
spec:
  action: DENY
  rules: [{ from: [{ source: { ipBlocks: [${block}] } }] }]
`;
  const red = { roots: ca.rootPem, serverName: 'red.pass.example' };
  const end = { roots: ca.rootPem, serverName: 'end.example' };

  it('closes the connections of who may not come: bytes, TLS that passes, TLS that ends', async () => {
    mesh.write('addresses.yaml', denying('127.0.0.0/8'));
    await becomes('bytes are not taken', '');
    await becomes('TLS is not passed on', '', red);
    await becomes('TLS is not ended', '', end);
    mesh.write('addresses.yaml', denying('10.0.0.0/8'));
    await becomes('bytes of others are taken', 'one hi');
    await becomes('TLS of others is passed on', 'red hi', red);
    await becomes('TLS of others is ended', 'two hi', end);
  });
});
