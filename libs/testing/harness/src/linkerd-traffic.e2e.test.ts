import type { RequestListener } from 'node:http';
import { connect } from 'node:net';
import { documentsText, serviceText, workloadGroupText } from '@weft/model/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Answer, httpCall } from './http-call.ts';
import { startMesh, type TestMesh } from './mesh.ts';
import { eventually } from './wait.ts';
import type { Workload } from './workload.ts';

const workloads = documentsText(...['alice', 'bob', 'hello', 'raw'].map((name) => workloadGroupText(name)));
const service = (annotations = ''): string => `apiVersion: v1
kind: Service
metadata: { name: hello, namespace: shop, annotations: { x: "1"${annotations} } }
spec:
  selector: { app: hello }
  ports: [{ name: http, port: 8080, targetPort: http }]
---
${serviceText('raw', { ports: '{ name: tcp-raw, port: 9000, targetPort: http }' })}---
`;
const of = (apiVersion: string, kind: string, name: string, spec: string): string =>
  `apiVersion: ${apiVersion}\nkind: ${kind}\nmetadata: { name: ${name}, namespace: shop }\nspec: ${spec}\n---\n`;

/** Answers 500 so often as `x-fail` says, for each `x-key`; holds the answer back for `x-wait` ms. */
function flaky(): RequestListener {
  const seen = new Map<string, number>();
  return (request, response) => {
    const key = String(request.headers['x-key'] ?? '');
    const tries = (seen.get(key) ?? 0) + 1;
    seen.set(key, tries);
    const status = tries <= Number(request.headers['x-fail'] ?? 0) ? 500 : 200;
    const answer = () => response.writeHead(status).end(String(tries));
    const wait = Number(request.headers['x-wait'] ?? 0);
    if (wait === 0) answer();
    else setTimeout(answer, wait);
  };
}

describe('Linkerd’s traffic policies and SMI, as requests meet them', () => {
  let mesh: TestMesh;
  let alice: Workload;
  let bob: Workload;
  let keys = 0;

  beforeAll(async () => {
    mesh = await startMesh({ 'mesh.yaml': workloads, 'hello.yaml': service() });
    [alice, bob] = await Promise.all([
      mesh.workload('shop', 'alice'),
      mesh.workload('shop', 'bob'),
      mesh.workload('shop', 'hello', flaky()),
      mesh.workload('shop', 'raw', flaky()),
    ]);
    await eventually('hello is reached', async () => ((await call()).status === 200 ? true : undefined));
  });
  afterAll(() => mesh.stop());

  const call = (headers: Readonly<Record<string, string>> = {}, from = alice, method = 'GET'): Promise<Answer> => {
    keys += 1;
    return httpCall({
      port: from.outboundPort,
      target: 'http://hello.shop:8080/stock',
      method,
      headers: { host: 'hello.shop:8080', 'x-key': String(keys), ...headers },
    });
  };

  it('retries the statuses of an annotation as often as it says', async () => {
    expect((await call({ 'x-fail': '1' })).status).toBe(500);
    mesh.write('hello.yaml', service(', retry.linkerd.io/http: "500", retry.linkerd.io/limit: "2"'));
    const answer = await eventually('a failure is retried', async () => {
      const tried = await call({ 'x-fail': '2' });
      return tried.status === 200 ? tried : undefined;
    });
    expect(answer.body).toBe('3');
    expect((await call({ 'x-fail': '3' })).status).toBe(500);
  });

  it.each(['request', 'response', 'idle'])(
    'ends what takes longer than timeout.linkerd.io/%s with 504',
    async (which) => {
      mesh.write('hello.yaml', service());
      await eventually('there is no limit', async () =>
        (await call({ 'x-wait': '150' })).status === 200 ? true : undefined,
      );
      mesh.write('hello.yaml', service(`, timeout.linkerd.io/${which}: 100ms`));
      await eventually('the limit holds', async () =>
        (await call({ 'x-wait': '300' })).status === 504 ? true : undefined,
      );
      expect((await call()).status).toBe(200);
    },
  );

  it('shuts an endpoint off after so many failures in a row, and tries it again after the penalty', async () => {
    const accrual = 'balancer.linkerd.io/failure-accrual';
    mesh.write(
      'hello.yaml',
      service(
        `, ${accrual}: consecutive, ${accrual}-consecutive-max-failures: "3", ${accrual}-consecutive-min-penalty: 300ms`,
      ),
    );
    await eventually('the only endpoint is out', async () =>
      (await call({ 'x-fail': '9' })).status === 503 ? true : undefined,
    );
    await eventually('it is back', async () => ((await call()).status === 200 ? true : undefined));
  });

  it('allows what a TrafficTarget says, to whom it says', async () => {
    mesh.write(
      'hello.yaml',
      service() +
        of(
          'access.smi-spec.io/v1alpha3',
          'TrafficTarget',
          'readers',
          '{ destination: { kind: ServiceAccount, name: hello }, sources: [{ kind: ServiceAccount, name: alice }], rules: [{ kind: HTTPRouteGroup, name: routes, matches: [read] }] }',
        ) +
        of(
          'specs.smi-spec.io/v1alpha4',
          'HTTPRouteGroup',
          'routes',
          '{ matches: [{ name: read, methods: [GET], pathRegex: "/st.*" }] }',
        ),
    );
    const denied = await eventually('bob is denied', async () => {
      const answer = await call({}, bob);
      return answer.status === 403 ? answer : undefined;
    });
    expect(String(denied.headers['x-weft-reason'])).toContain('TrafficTarget shop/readers');
    expect((await call()).status).toBe(200);
    expect((await call({}, alice, 'PUT')).status).toBe(403);
  });

  /** Octets through a tunnel to the port of bytes; empty where the connection is closed. */
  const tunnelled = (from: Workload): Promise<string> =>
    new Promise((resolve) => {
      const socket = connect(from.outboundPort, '127.0.0.1');
      let text = '';
      socket.on('data', (chunk: Buffer) => {
        const opened = text === '';
        text += chunk.toString('latin1');
        if (opened) socket.write('GET / HTTP/1.1\r\nhost: raw\r\nconnection: close\r\n\r\n');
      });
      socket.on('close', () => resolve(text.split('\r\n\r\n').slice(1).join('\n')));
      socket.on('error', () => {});
      socket.write('CONNECT raw.shop:9000 HTTP/1.1\r\nhost: raw.shop:9000\r\n\r\n');
    });

  it('closes connections of bytes that no policy of the Server allows', async () => {
    await eventually('bytes pass', async () => ((await tunnelled(alice)).includes('200 OK') ? true : undefined));
    mesh.write(
      'raw.yaml',
      of(
        'policy.linkerd.io/v1beta3',
        'Server',
        'raw',
        '{ podSelector: { matchLabels: { app: raw } }, port: http, proxyProtocol: opaque }',
      ) +
        of(
          'policy.linkerd.io/v1alpha1',
          'AuthorizationPolicy',
          'raw',
          '{ targetRef: { group: policy.linkerd.io, kind: Server, name: raw }, requiredAuthenticationRefs: [{ kind: ServiceAccount, name: alice }] }',
        ),
    );
    await eventually('bob is closed out', async () => ((await tunnelled(bob)).includes('200 OK') ? undefined : true));
    expect(await tunnelled(alice)).toContain('200 OK');
  });
});
