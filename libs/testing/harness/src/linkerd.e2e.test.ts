import type { RequestListener } from 'node:http';
import { documentsText, serviceText, workloadGroupText } from '@weft/model/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Answer, httpCall } from './http-call.ts';
import { startMesh, type TestMesh } from './mesh.ts';
import { eventually } from './wait.ts';
import type { Workload } from './workload.ts';

const foundation = documentsText(
  ...['alice', 'bob', 'hello'].map((name) => workloadGroupText(name)),
  serviceText('hello'),
);

/** Of the group policy.linkerd.io. */
const policy = (kind: string, name: string, spec: string): string => `---
apiVersion: policy.linkerd.io/${kind === 'Server' || kind === 'HTTPRoute' ? 'v1beta3' : kind === 'ServerAuthorization' ? 'v1beta1' : 'v1alpha1'}
kind: ${kind}
metadata: { name: ${name}, namespace: shop }
spec: ${spec}
`;
const server = (name: string, more = ''): string =>
  policy('Server', name, `{ podSelector: { matchLabels: { app: hello } }, port: http${more} }`);
const ref = (kind: string, name: string): string => `{ group: policy.linkerd.io, kind: ${kind}, name: ${name} }`;
const account = (name: string): string => `{ kind: ServiceAccount, name: ${name} }`;
const allow = (name: string, target: string, ...authentications: string[]): string =>
  policy(
    'AuthorizationPolicy',
    name,
    `{ targetRef: ${target}, requiredAuthenticationRefs: [${authentications.join(', ')}] }`,
  );
const networks = (name: string, cidr: string): string =>
  policy('NetworkAuthentication', name, `{ networks: [{ cidr: ${cidr} }] }`);
const namespace = (mode: string): string => `---
apiVersion: v1
kind: Namespace
metadata: { name: shop, annotations: { config.linkerd.io/default-inbound-policy: ${mode} } }
`;

const app: RequestListener = (request, response) => {
  response.writeHead(200);
  response.end(JSON.stringify({ url: request.url, headers: request.headers }));
};

describe("Linkerd's policies, as requests meet them", () => {
  let mesh: TestMesh;
  let alice: Workload;
  let bob: Workload;
  let hello: Workload;

  beforeAll(async () => {
    mesh = await startMesh({ 'mesh.yaml': foundation });
    [alice, bob, hello] = await Promise.all([
      mesh.workload('shop', 'alice'),
      mesh.workload('shop', 'bob'),
      mesh.workload('shop', 'hello', app),
    ]);
    await eventually('hello is reached', async () => ((await call(bob)).status === 200 ? true : undefined));
  });
  afterAll(() => mesh.stop());

  const call = (from: Workload, path = '/', method = 'GET'): Promise<Answer> =>
    httpCall({
      port: from.outboundPort,
      target: `http://hello.shop:8080${path}`,
      method,
      headers: { host: 'hello.shop:8080' },
    });

  /** Without the folder of this mesh. */
  const saidBy = (headers: Answer['headers']): string =>
    String(headers['x-weft-reason']).replace(`${mesh.folder}/mesh/`, '');

  /** Until a call is answered so: the policy before it answers otherwise, or gives another reason. */
  const inForce = (from: Workload, status: number, reason: string, path = '/', method = 'GET'): Promise<Answer> =>
    eventually(`${status} because of ${reason}`, async () => {
      const answer = await call(from, path, method);
      const said = String(answer.headers['x-weft-reason'] ?? '');
      return answer.status === status && said.includes(reason) ? answer : undefined;
    });

  it('denies everyone where a Server stands alone, and says which', async () => {
    mesh.write('linkerd.yaml', server('alone'));
    const { headers } = await inForce(bob, 403, 'Server shop/alone');
    expect(saidBy(headers)).toBe('rbac: no policy allows this; linkerd.yaml:2 Server shop/alone');
    expect((await call(alice)).status).toBe(403);
  });

  it('allows by account, and denies the others', async () => {
    mesh.write('linkerd.yaml', server('a') + allow('alice-only', ref('Server', 'a'), account('alice')));
    await inForce(bob, 403, 'AuthorizationPolicy.policy.linkerd.io shop/alice-only');
    expect((await call(alice)).status).toBe(200);
  });

  it("allows by Linkerd's name of an identity", async () => {
    const identities = '{ identities: [bob.shop.serviceaccount.identity.linkerd.cluster.local] }';
    const clients = policy('MeshTLSAuthentication', 'bobs', identities);
    mesh.write(
      'linkerd.yaml',
      server('b') + clients + allow('by-name', ref('Server', 'b'), ref('MeshTLSAuthentication', 'bobs')),
    );
    await inForce(alice, 403, 'shop/by-name');
    expect((await call(bob)).status).toBe(200);
  });

  it('allows by network, and asks for identity and network together', async () => {
    const both = allow('both', ref('Server', 'n'), account('bob'), ref('NetworkAuthentication', 'here'));
    mesh.write('linkerd.yaml', server('n') + networks('here', '127.0.0.0/8') + both);
    await inForce(alice, 403, 'shop/both');
    expect((await call(bob)).status).toBe(200);
    const one = allow('elsewhere', ref('Server', 'n'), ref('NetworkAuthentication', 'there'));
    mesh.write('linkerd.yaml', server('n') + networks('there', '10.0.0.0/8') + one);
    await inForce(bob, 403, 'shop/elsewhere');
    mesh.write('linkerd.yaml', server('n') + networks('there', '127.0.0.1') + one);
    await eventually('the network is the right one', async () =>
      (await call(alice)).status === 200 ? true : undefined,
    );
  });

  it('grants nothing by a policy whose authentication is missing', async () => {
    mesh.write('linkerd.yaml', server('m') + allow('gone', ref('Server', 'm'), ref('MeshTLSAuthentication', 'gone')));
    await inForce(bob, 403, 'Server shop/m');
  });

  it('judges by route: of each who may use it, and 404 for what no route takes', async () => {
    const route = (name: string, match: string): string =>
      policy('HTTPRoute', name, `{ parentRefs: [${ref('Server', 'r')}], rules: [{ matches: [${match}] }] }`);
    mesh.write(
      'linkerd.yaml',
      server('r') +
        route('read', '{ path: { value: /stock }, method: GET }') +
        route('write', '{ path: { value: /stock }, method: PUT }') +
        allow('readers', ref('HTTPRoute', 'read'), account('alice')) +
        allow('writers', ref('HTTPRoute', 'write'), account('bob')),
    );
    await inForce(bob, 403, 'shop/readers', '/stock');
    const statuses = async (from: Workload): Promise<number[]> => [
      (await call(from, '/stock/1')).status,
      (await call(from, '/stock/1', 'PUT')).status,
      (await call(from, '/stocks')).status,
    ];
    expect(await statuses(alice)).toEqual([200, 403, 404]);
    expect(await statuses(bob)).toEqual([403, 200, 404]);
    expect(String((await call(alice, '/stock/1', 'PUT')).headers['x-weft-reason'])).toContain('shop/writers');
  });

  it('takes the grants of a ServerAuthorization and of the namespace together', async () => {
    const old = policy(
      'ServerAuthorization',
      'old',
      '{ server: { name: s }, client: { meshTLS: { serviceAccounts: [{ name: alice }] } } }',
    );
    mesh.write('linkerd.yaml', server('s') + old);
    await inForce(bob, 403, 'ServerAuthorization shop/old');
    expect((await call(alice)).status).toBe(200);
    mesh.write(
      'linkerd.yaml',
      server('s') + old + allow('all-of-it', '{ kind: Namespace, name: shop }', account('bob')),
    );
    await eventually('bob may call', async () => ((await call(bob)).status === 200 ? true : undefined));
    expect((await call(alice)).status).toBe(200);
  });

  it('denies by default where the namespace says so, and lets the mesh in where it says that', async () => {
    mesh.write('linkerd.yaml', namespace('deny'));
    const { headers } = await inForce(alice, 403, 'default-inbound-policy');
    expect(saidBy(headers)).toBe(
      'rbac: no policy allows this; linkerd.yaml:4 Namespace shop config.linkerd.io/default-inbound-policy',
    );
    mesh.write('linkerd.yaml', namespace('all-authenticated'));
    await eventually('peers may call', async () => ((await call(alice)).status === 200 ? true : undefined));
    mesh.write('linkerd.yaml', namespace('deny') + server('open', ', accessPolicy: all-unauthenticated'));
    await eventually('a Server goes before', async () => ((await call(alice)).status === 200 ? true : undefined));
  });

  it('only notes with audit what it would have denied', async () => {
    mesh.write(
      'linkerd.yaml',
      server('audited', ', accessPolicy: audit') + allow('auditor', ref('Server', 'audited'), account('alice')),
    );
    const noted = async (): Promise<number> => {
      const { body } = await httpCall({ port: hello.adminPort, target: '/stats/prometheus' });
      const line = body
        .split('\n')
        .find((one) => one.startsWith('envoy_http_rbac_shadow_denied') && one.includes('linkerd_audit_'));
      return Number(line?.split(' ').at(-1) ?? 0);
    };
    await eventually('a call of bob is noted', async () => {
      return (await call(bob)).status === 200 && (await noted()) > 0 ? true : undefined;
    });
    const before = await noted();
    expect((await call(alice)).status).toBe(200);
    expect(await noted()).toBe(before);
  });

  const many = async (from: Workload, count: number): Promise<number[]> => {
    const answers = await Promise.all(Array.from({ length: count }, () => call(from)));
    return answers.map(({ status }) => status).sort();
  };
  const limit = (name: string, spec: string): string =>
    policy('HTTPLocalRateLimitPolicy', name, `{ targetRef: ${ref('Server', 'l')}, ${spec} }`);

  it('limits all callers together, and answers 429 with the policy', async () => {
    const open = server('l', ', accessPolicy: all-unauthenticated');
    mesh.write('linkerd.yaml', open + limit('few', 'total: { requestsPerSecond: 2 }'));
    const reason = await eventually('a call is too many', async () => {
      const answers = await Promise.all(Array.from({ length: 6 }, () => call(alice)));
      const refused = answers.find(({ status }) => status === 429);
      return refused && saidBy(refused.headers);
    });
    expect(reason).toBe('local rate limit; linkerd.yaml:10 HTTPLocalRateLimitPolicy shop/few total');
  });

  it('limits each identity by itself, and whom an override names by that', async () => {
    const open = server('l', ', accessPolicy: all-unauthenticated');
    const spec = `identity: { requestsPerSecond: 1 }, overrides: [{ requestsPerSecond: 1000, clientRefs: [${account('bob')}] }]`;
    mesh.write('linkerd.yaml', open + limit('each', spec));
    await eventually('alice calls too often', async () => ((await many(alice, 4)).includes(429) ? true : undefined));
    await eventually('only the override is asked of bob', async () =>
      (await many(bob, 8)).every((status) => status === 200) ? true : undefined,
    );
    const { body } = await call(bob);
    expect(JSON.parse(body).headers['l5d-client-id']).toBe('spiffe://cluster.local/ns/shop/sa/bob');
  });
});
