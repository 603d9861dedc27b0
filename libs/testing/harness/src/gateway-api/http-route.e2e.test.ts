import type { RequestListener } from 'node:http';
import { freePort } from '@weft/kernel/testing';
import { documentsText, serviceText, workloadGroupText } from '@weft/model/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Answer, httpCall } from '../http-call.ts';
import { startMesh, type TestMesh } from '../mesh.ts';
import { eventually } from '../wait.ts';
import { gatewayGroup } from './documents.ts';

const both = { labels: { app: 'both' }, serviceAccount: 'both' };

const gateway = (port: number): string => `apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: { name: edge, namespace: edge }
spec:
  gatewayClassName: istio
  listeners: [{ name: http, port: ${port}, protocol: HTTP, hostname: "*.example", allowedRoutes: { namespaces: { from: All } } }]
`;

const route = (name: string, rules: string): string => `apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: { name: ${name}, namespace: shop }
spec:
  parentRefs: [{ name: edge, namespace: edge }]
  hostnames: [shop.example]
  rules:
${rules}`;

const toOne = 'backendRefs: [{ name: one, port: 8080 }]';

const rules = `    - matches: [{ path: { value: /headers } }]
      filters:
        - { type: RequestHeaderModifier, requestHeaderModifier: { set: [{ name: x-set, value: "100%" }], add: [{ name: x-add, value: a }], remove: [x-gone] } }
        - { type: ResponseHeaderModifier, responseHeaderModifier: { set: [{ name: x-seen, value: "yes" }] } }
      ${toOne}
    - matches: [{ path: { value: /rewrite } }]
      filters: [{ type: URLRewrite, urlRewrite: { hostname: inner.example, path: { type: ReplacePrefixMatch, replacePrefixMatch: /new } } }]
      ${toOne}
    - matches: [{ path: { value: /moved } }]
      filters: [{ type: RequestRedirect, requestRedirect: { scheme: https, hostname: other.example, path: { type: ReplacePrefixMatch, replacePrefixMatch: /there }, statusCode: 307 } }]
    - matches: [{ path: { value: /mirror } }]
      filters: [{ type: RequestMirror, requestMirror: { backendRef: { name: two, port: 8080 } } }]
      ${toOne}
    - matches: [{ path: { value: /slow } }]
      timeouts: { request: 150ms }
      ${toOne}
    - matches: [{ path: { value: /flaky } }]
      retry: { codes: [503], attempts: 3, backoff: 1ms }
      ${toOne}
    - matches: [{ path: { value: /cors } }]
      filters: [{ type: CORS, cors: { allowOrigins: ["https://*.example"], allowMethods: [GET, PUT], maxAge: 60 } }]
      ${toOne}
    - matches: [{ path: { value: /nobody } }]
      backendRefs: [{ name: nobody, port: 8080 }]
    - matches: [{ path: { type: RegularExpression, value: "/v[0-9]+/.*" } }]
      backendRefs: [{ name: two, port: 8080 }]
    - ${toOne}
`;

const session = `    - matches: [{ path: { value: /session } }]
      sessionPersistence: { sessionName: cart }
      backendRefs: [{ name: both, port: 8080 }]
`;

const longer = `    - matches: [{ path: { value: /headers/two }, headers: [{ name: x-beta, value: "1" }] }]
      backendRefs: [{ name: two, port: 8080 }]
`;

let mesh: TestMesh;
let port = 0;
const seen: string[] = [];
let flaky = 0;

const app =
  (name: string): RequestListener =>
  (request, response) => {
    const { url = '', headers } = request;
    seen.push(`${name} ${url}`);
    if (url.startsWith('/slow')) return;
    if (url.startsWith('/flaky') && flaky++ < 2) response.statusCode = 503;
    response.end(JSON.stringify({ name, url, headers }));
  };

interface Echo {
  readonly name: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
}

const call = (target: string, headers: Readonly<Record<string, string>> = {}, method = 'GET'): Promise<Answer> =>
  httpCall({ port, target, method, headers: { host: 'shop.example', ...headers } });
const echo = async (target: string, headers: Readonly<Record<string, string>> = {}): Promise<Echo> =>
  JSON.parse((await call(target, headers)).body) as Echo;

beforeAll(async () => {
  port = await freePort();
  mesh = await startMesh({
    'mesh.yaml': documentsText(
      gatewayGroup('edge'),
      workloadGroupText('one'),
      workloadGroupText('two'),
      workloadGroupText('both-1', both),
      workloadGroupText('both-2', both),
      serviceText('one'),
      serviceText('two'),
      serviceText('both'),
      gateway(port),
    ),
    'routes.yaml': documentsText(route('a-first', rules), route('b-second', longer), route('c-third', session)),
  });
  for (const name of ['one', 'two', 'both-1', 'both-2']) await mesh.workload('shop', name, app(name));
  await mesh.gateway('edge', 'edge');
  await eventually('the gateway answers', async () =>
    (await call('/').catch(() => undefined))?.status === 200 ? true : undefined,
  );
});

afterAll(() => mesh?.stop());

describe('filters of an HTTPRoute', () => {
  it('change headers of requests and answers', async () => {
    const { headers } = await echo('/headers', { 'x-gone': '1', 'x-add': 'own' });
    expect([headers['x-set'], headers['x-add'], headers['x-gone']]).toEqual(['100%', 'own, a', undefined]);
    expect((await call('/headers')).headers['x-seen']).toBe('yes');
  });

  it('rewrite host and prefix, and redirect by prefix', async () => {
    const { url, headers } = await echo('/rewrite/a?b=1');
    expect([url, headers['host']]).toEqual(['/new/a?b=1', 'inner.example']);
    const moved = await call('/moved/a');
    expect([moved.status, moved.headers['location']]).toEqual([307, 'https://other.example/there/a']);
  });

  it('copy requests to a mirror', async () => {
    expect((await echo('/mirror/1')).name).toBe('one');
    await eventually('the copy arrives', () => (seen.includes('two /mirror/1') ? true : undefined));
  });

  it('answer preflights of origins that are allowed, and keep those of others from the application', async () => {
    const ask = { origin: 'https://shop.example', 'access-control-request-method': 'PUT' };
    const allowed = await call('/cors', ask, 'OPTIONS');
    expect([allowed.status, allowed.headers['access-control-allow-origin']]).toEqual([200, 'https://shop.example']);
    const other = await call('/cors', { ...ask, origin: 'https://evil.test' }, 'OPTIONS');
    expect(other.headers['access-control-allow-origin']).toBeUndefined();
    expect(seen.filter((line) => line.includes('/cors'))).toEqual([]);
  });
});

describe('rules of HTTPRoutes', () => {
  it('end requests that take too long, and try again what failed', async () => {
    expect((await call('/slow')).status).toBe(504);
    expect((await call('/flaky')).status).toBe(200);
  });

  it('answer 500 for a backend that is none, and 404 for a host that the listener does not take', async () => {
    expect((await call('/nobody')).status).toBe(500);
    expect((await call('/', { host: 'shop.test' })).status).toBe(404);
  });

  it('of two routes stand in one order: the longer prefix first, patterns before what takes everything', async () => {
    expect((await echo('/headers/two', { 'x-beta': '1' })).name).toBe('two');
    expect((await echo('/headers/two')).name).toBe('one');
    expect((await echo('/v12/a')).name).toBe('two');
    expect((await echo('/other')).name).toBe('one');
  });

  it('keep the requests of a session on one endpoint', async () => {
    const first = await call('/session');
    const { name } = JSON.parse(first.body) as Echo;
    const [cookie = ''] = [first.headers['set-cookie']].flat();
    expect(cookie).toMatch(/^cart=/);
    const names = new Set<string>();
    for (let at = 0; at < 10; at++) names.add((await echo('/session', { cookie: cookie.split(';')[0] ?? '' })).name);
    expect([...names]).toEqual([name]);
  });
});
