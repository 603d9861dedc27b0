import { readFileSync } from 'node:fs';
import { Agent, type RequestListener } from 'node:http';
import { connect } from 'node:net';
import { delay, systemClock } from '@weft/kernel';
import { freePort } from '@weft/kernel/testing';
import { documentsText, serviceText, workloadGroupText } from '@weft/model/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { httpCall } from './http-call.ts';
import { startMesh, type TestMesh } from './mesh.ts';
import { eventually } from './wait.ts';
import type { Workload } from './workload.ts';

const group = (name: string, app: string, version: string): string =>
  workloadGroupText(name, { labels: { app, version, istio: name }, serviceAccount: app });

const workloads = documentsText(
  group('caller', 'caller', 'v1'),
  group('hello-v1', 'hello', 'v1'),
  group('hello-v2', 'hello', 'v2'),
  group('edge', 'edge', 'v1'),
);

const services = `${serviceText('hello')}---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: { name: hello, namespace: shop }
spec:
  host: hello
  subsets:
    - { name: v1, labels: { version: v1 } }
    - { name: v2, labels: { version: v2 } }
`;

const routing = (v1: number, v2: number): string => `apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: hello, namespace: shop }
spec:
  hosts: [hello]
  http:
    - name: canary
      match: [{ headers: { x-canary: { exact: "1" } } }]
      route: [{ destination: { host: hello, subset: v2 } }]
    - name: teapot
      match: [{ uri: { exact: /teapot } }]
      directResponse: { status: 418, body: { string: "short and stout" } }
    - name: moved
      match: [{ uri: { prefix: /old } }]
      redirect: { uri: /new, redirectCode: 308 }
    - name: slow
      match: [{ uri: { prefix: /slow } }]
      route: [{ destination: { host: hello, subset: v1 } }]
      timeout: 100ms
    - name: rewritten
      match: [{ uri: { prefix: /api/ } }]
      rewrite: { uri: / }
      route: [{ destination: { host: hello, subset: v1 } }]
      headers:
        request: { set: { x-from: mesh }, remove: [x-secret] }
        response: { add: { x-seen: "yes" } }
    - name: weighted
      route:
        - { destination: { host: hello, subset: v1 }, weight: ${v1} }
        - { destination: { host: hello, subset: v2 }, weight: ${v2} }
`;

const gatewayFile = `apiVersion: networking.istio.io/v1
kind: Gateway
metadata: { name: edge, namespace: shop }
spec:
  selector: { istio: edge }
  servers: [{ port: { number: PORT, name: http, protocol: HTTP }, hosts: ["hello.example"] }]
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: edge, namespace: shop }
spec:
  hosts: ["hello.example"]
  gateways: [edge]
  http: [{ route: [{ destination: { host: hello, port: { number: 8080 } } }] }]
`;

const app =
  (version: string): RequestListener =>
  (request, response) => {
    if (request.url?.startsWith('/slow') === true) return;
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ version, url: request.url, headers: request.headers }));
  };

const versionOf = (body: string): string => (JSON.parse(body) as { version: string }).version;

let mesh: TestMesh;
let caller: Workload;
let helloV1: Workload;

beforeAll(async () => {
  mesh = await startMesh({ 'workloads.yaml': workloads, 'services.yaml': services, 'hello.yaml': routing(100, 0) });
  helloV1 = await mesh.workload('shop', 'hello-v1', app('v1'));
  await mesh.workload('shop', 'hello-v2', app('v2'));
  caller = await mesh.workload('shop', 'caller');
  await eventually('both versions answer', async () => {
    const v1 = await caller.get('http://hello.shop/');
    const v2 = await caller.get('http://hello.shop/', { 'x-canary': '1' });
    return v1.status === 200 && v2.status === 200 ? true : undefined;
  });
});

afterAll(() => mesh?.stop());

describe("rules written in Istio's YAML", () => {
  it('send a request by header to the subset that it names', async () => {
    const answer = await caller.get('http://hello.shop.svc.cluster.local:8080/', { 'x-canary': '1' });
    expect(versionOf(answer.body)).toBe('v2');
  });

  it("answer directly, redirect, and time out with the route's reason", async () => {
    expect(await caller.get('http://hello/teapot')).toMatchObject({ status: 418, body: 'short and stout' });
    const moved = await caller.get('http://hello.shop/old/page');
    expect([moved.status, moved.headers['location']]).toEqual([308, 'http://hello.shop/new']);
    const slow = await caller.get('http://hello.shop/slow');
    expect([slow.status, slow.body]).toEqual([504, 'upstream request timeout']);
    expect(slow.headers['x-weft-reason']).toContain('hello.yaml');
  });

  it('rewrite the path and change headers on the way there and back', async () => {
    const answer = await caller.get('http://hello.shop/api/orders?id=1', { 'x-secret': 'no' });
    const seen = JSON.parse(answer.body) as { url: string; headers: Record<string, string> };
    expect(seen.url).toBe('/orders?id=1');
    expect([seen.headers['x-from'], seen.headers['x-secret']]).toEqual(['mesh', undefined]);
    expect(answer.headers['x-seen']).toBe('yes');
  });

  it('refuse a host that the mesh does not know', async () => {
    expect((await caller.get('http://nowhere.example/')).status).toBe(502);
  });

  it('let in at the gateway what a Gateway and its VirtualService name, and nothing else', async () => {
    const edge = await mesh.gateway('shop', 'edge');
    const port = await freePort();
    mesh.write('gateway.yaml', gatewayFile.replace('PORT', String(port)));
    const call = (host: string) => httpCall({ port, target: '/', headers: { host } }).catch(() => undefined);
    const answer = await eventually('the gateway answers', async () => {
      const got = await call('hello.example');
      return got?.status === 200 ? got : undefined;
    });
    expect(['v1', 'v2']).toContain(versionOf(answer.body));
    expect((await call('other.example'))?.status).toBe(404);
    expect(edge.proxy.notReady()).toBeUndefined();
  });
});

describe('a changed file', () => {
  it('moves the shares within two seconds and fails no request', async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 8 });
    const seen: { version: string; status: number }[] = [];
    let running = true;
    const load = Array.from({ length: 8 }, async () => {
      while (running) {
        const target = 'http://hello.shop/';
        const answer = await httpCall({ port: caller.outboundPort, target, headers: { host: 'hello.shop' }, agent });
        seen.push({ status: answer.status, version: answer.status === 200 ? versionOf(answer.body) : '' });
        // A pace that leaves one slow core room for the change: all of the mesh is in this process.
        await delay(systemClock, 5);
      }
    });
    try {
      await eventually('the load runs', () => (seen.length > 200 ? true : undefined));
      expect(new Set(seen.map(({ version }) => version))).toEqual(new Set(['v1']));
      mesh.write('hello.yaml', routing(0, 100));
      await eventually(
        'the last 100 answers are by v2',
        () => (seen.slice(-100).every(({ version }) => version === 'v2') ? true : undefined),
        2000,
      );
      mesh.write('hello.yaml', routing(50, 50));
      const from = seen.length;
      await eventually('answers under equal weights', () => (seen.length > from + 1500 ? true : undefined), 60_000);
    } finally {
      running = false;
      await Promise.all(load);
      agent.destroy();
    }
    expect(seen.filter(({ status }) => status !== 200)).toEqual([]);
    const last = seen.slice(-1000);
    const share = last.filter(({ version }) => version === 'v1').length / last.length;
    expect(Math.abs(share - 0.5)).toBeLessThan(0.08);
    mesh.write('hello.yaml', routing(100, 0));
  });

  it('that is bad leaves its last good version in force', async () => {
    mesh.write('hello.yaml', routing(100, 0).replace('timeout: 100ms', 'timeoutt: 100ms'));
    const token = readFileSync(`${mesh.folder}/control-plane/operator-token`, 'utf8').trim();
    const rejected = await eventually('the operator API tells the violation', async () => {
      const headers = { authorization: `Bearer ${token}` };
      const { body } = await httpCall({ port: mesh.apiPort, target: '/v1/status', headers });
      return body.includes('timeoutt') ? body : undefined;
    });
    expect(rejected).toContain('did you mean');
    expect((await caller.get('http://hello.shop/teapot')).status).toBe(418);
    mesh.write('hello.yaml', routing(100, 0));
  });
});

describe('between sidecars', () => {
  it('a caller in plain text is refused', async () => {
    const heard = await new Promise<string>((resolve) => {
      const socket = connect(helloV1.inboundPort, '127.0.0.1', () =>
        socket.write('GET / HTTP/1.1\r\nhost: hello\r\n\r\n'),
      );
      let text = '';
      socket.on('data', (chunk) => {
        text += chunk.toString('latin1');
      });
      socket.on('error', () => {});
      socket.on('close', () => resolve(text));
    });
    expect(heard).not.toContain('HTTP/1.1');
  });

  it('traffic goes on without a control plane, and a sidecar starts again from its disk', async () => {
    await mesh.stopControlPlane();
    expect((await caller.get('http://hello.shop/')).status).toBe(200);
    await caller.restart();
    expect((await caller.get('http://hello.shop/')).status).toBe(200);
    await mesh.startControlPlane();
    mesh.write('hello.yaml', routing(0, 100));
    await eventually('a change arrives again', async () => {
      const answer = await caller.get('http://hello.shop/');
      return answer.status === 200 && versionOf(answer.body) === 'v2' ? true : undefined;
    });
  });
});
