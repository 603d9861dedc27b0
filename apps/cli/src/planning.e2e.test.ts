/** weft analyze, plan and explain from files, as processes; and against a control plane that answers as written. */

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { explainCanaryCharge } from './testing/canary-charge.ts';
import { useCli } from './testing/cli-suite.ts';
import { fakeProxy } from './testing/fake-mesh.ts';

const { cli, runAgainst, fake } = useCli();
const folder = mkdtempSync(join(tmpdir(), 'weft-plan-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function file(name: string, text: string): string {
  const path = join(folder, name);
  mkdirSync(join(path, '..'), { recursive: true });
  writeFileSync(path, text);
  return path;
}

const rule = (v1: number, host = 'payment') => `apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: payment, namespace: shop }
spec:
  hosts: [payment]
  http:
    - route:
        - { destination: { host: ${host}, subset: v1 }, weight: ${v1} }
        - { destination: { host: payment, subset: v2 }, weight: ${100 - v1} }
`;

describe('weft analyze', () => {
  it('finds nothing in the rules of the shop', async () => {
    const { code, stdout } = await cli.run(['analyze', '-f', 'infra/mesh']);
    expect(stdout).toContain('0 errors, 0 warnings, 0 infos');
    expect(code).toBe(0);
  });

  it('shows place, code and line, and fails on errors', async () => {
    const path = file('bad.yaml', rule(90, 'pay'));
    const { code, stdout } = await cli.run(['analyze', path]);
    expect(stdout).toContain(
      `${path}:8:34 error: WEFT0101 (IST0101) spec.http[0].route[0].destination.host: no service has`,
    );
    expect(stdout).toContain('   8 |         - { destination: { host: pay');
    expect(code).toBe(4);
  });

  it('reports broken documents as WEFT0001, in SARIF with its rules', async () => {
    const path = file(
      'broken.yaml',
      'apiVersion: networking.istio.io/v1\nkind: Sidecar\nmetadata: { name: a }\nspec: { egres: [] }\n',
    );
    const { code, stdout } = await cli.run(['analyze', path, '-o', 'sarif']);
    const { runs } = JSON.parse(stdout) as {
      runs: [{ results: { ruleId: string }[]; tool: { driver: { rules: object[] } } }];
    };
    expect(runs[0].results.map(({ ruleId }) => ruleId)).toEqual(['WEFT0001']);
    expect(runs[0].tool.driver.rules.length).toBeGreaterThan(30);
    expect(code).toBe(4);
  });

  it('asks the control plane without files', async () => {
    const finding = {
      file: 'a.yaml',
      line: 1,
      column: 1,
      code: 'WEFT0112',
      name: 'port-protocol',
      severity: 'info',
      istio: ['IST0118'],
      resource: 'Service shop/a',
      path: 'spec',
      message: 'says nothing',
    };
    const { code, stdout } = await runAgainst({ 'GET /v1/analysis': { body: { findings: [finding] } } }, 'analyze');
    expect(stdout).toContain('a.yaml:1:1 info: WEFT0112 (IST0118) spec: says nothing');
    expect(code).toBe(0);
  });
});

describe('weft plan', () => {
  it('says in words what a change of files does', async () => {
    const { code, stdout } = await cli.run(['plan', '-f', file('change.yaml', rule(80)), '--against', 'infra/mesh']);
    expect(stdout).toContain('→ payment: 10% of requests move from v1 to v2');
    expect(code).toBe(0);
  });

  it('marks what is dangerous, and fails with --strict', async () => {
    const args = ['plan', '--delete', '-f', 'infra/mesh/payment.yaml', '--against', 'infra/mesh'];
    const { code, stdout } = await cli.run([...args, '--strict']);
    expect(stdout).toContain('v1: the subset is gone');
    expect(stdout).toContain('(WEFT0102)');
    expect(code).toBe(1);
  });

  it('replays what was tapped', async () => {
    const tap = file(
      'tap.jsonl',
      '{"direction":"outbound","method":"GET","authority":"payment.shop","path":"/x","status":200}\n',
    );
    const args = ['--against', 'infra/mesh', '--traffic', `order=${tap}`];
    const { stdout } = await cli.run(['plan', '-f', file('change.yaml', rule(80)), ...args]);
    expect(stdout).toContain('0.1 of 1 requests would come out differently');
  });

  it('refuses a change that is not valid, with the place', async () => {
    const { code, stderr } = await cli.run([
      'plan',
      '-f',
      file('no.yaml', rule(80).replace('hosts', 'host')),
      '--against',
      'infra/mesh',
    ]);
    expect(stderr).toContain('no.yaml:5:3 spec.host: unknown field "host"; did you mean "hosts"?');
    expect(code).toBe(4);
  });

  it('asks the control plane without files', async () => {
    const change = {
      kind: 'route',
      clients: ['order.shop'],
      service: 'payment',
      ports: [],
      text: 't',
      sentence: 'order -> payment: t',
    };
    const path = file('change.yaml', rule(80));
    const api = await fake({ 'POST /v1/plan': { body: { changes: [change] } } });
    await runAgainst({}, 'version');
    const { stdout, stderr } = await cli.run(['plan', '-f', path, '--api', api.address]);
    expect(stdout).toBe('  order -> payment: t\n1 change\n');
    expect(stderr).toContain('nobody was asked what is in use: ');
    expect(JSON.parse(api.bodies.at(-1) ?? '')).toEqual({ yaml: rule(80), delete: false, traffic: [] });
  });

  const line = { direction: 'outbound', method: 'GET', authority: 'payment.shop', path: '/x', weight: 3 };

  it('looks at what the sidecars saw in the last hour, and replays the window that is asked for', async () => {
    const path = file('change.yaml', rule(80));
    const sidecar = await fake({ 'GET /requests': { text: `${JSON.stringify(line)}\n` } });
    const api = await fake({
      'GET /v1/proxies': { body: { proxies: [fakeProxy('shop/order', sidecar.address), fakeProxy('shop/gone', '')] } },
      'POST /v1/plan': {
        body: { changes: [], replay: { requests: 3, skipped: 0, changed: 0.3, examples: [] } },
      },
    });
    await runAgainst({}, 'version');
    const { stdout, stderr } = await cli.run(['plan', '-f', path, '--api', api.address, '--traffic', '15m']);
    expect(stdout).toContain('0.3 of 3 requests would come out differently');
    expect(stderr).toContain('1 of 2 proxies told what they saw in the last hour');
    expect(sidecar.calls).toEqual(['GET /requests?since=3600&limit=10000']);
    const sent = JSON.parse(api.bodies.at(-1) ?? '') as { traffic: object[]; replaySinceMs: number };
    expect(sent.traffic).toEqual([{ workload: 'shop/order', lines: `${JSON.stringify(line)}\n` }]);
    expect(sent.replaySinceMs).toBeGreaterThan(1_600_000_000_000);
  });

  it('says that nobody told what is in use, also where no replay is asked for', async () => {
    const proxies = [fakeProxy('shop/order', '127.0.0.1:1'), fakeProxy('shop/gone', '')];
    const answers = { 'GET /v1/proxies': { body: { proxies } }, 'POST /v1/plan': { body: { changes: [] } } };
    const { stderr } = await runAgainst(answers, 'plan', '-f', file('change.yaml', rule(80)), '--strict', '-o', 'json');
    expect(stderr).toBe('0 of 2 proxies told what they saw in the last hour\n');
  });

  it('refuses a window that no sidecar remembers', async () => {
    const args = ['--against', 'infra/mesh', '--traffic', '2h'];
    const { code, stderr } = await cli.run(['plan', '-f', file('change.yaml', rule(80)), ...args]);
    expect([code, stderr]).toEqual([2, expect.stringContaining('1h is the most')]);
  });

  it('says which traffic of a file a policy denies', async () => {
    const inbound = { ...line, direction: 'inbound', path: '/stock', source_workload: 'order', weight: 42 };
    const principal = { source_principal: 'spiffe://cluster.local/ns/shop/sa/order' };
    const tap = file('inbound.jsonl', `${JSON.stringify({ ...inbound, ...principal })}\n`);
    const change = file(
      'deny.yaml',
      'apiVersion: security.istio.io/v1\nkind: AuthorizationPolicy\nmetadata: { name: guard, namespace: shop }\nspec: { selector: { matchLabels: { app: inventory } }, action: DENY, rules: [{ to: [{ operation: { paths: [/stock] } }] }] }\n',
    );
    const { code, stdout } = await cli.run([
      'plan',
      '-f',
      change,
      '--against',
      'infra/mesh',
      '--strict',
      '--traffic',
      `inventory=${tap}`,
    ]);
    expect(stdout).toContain('! order loses access to inventory: GET /stock, seen 42 times');
    expect(code).toBe(1);
  });
});

describe('weft explain from files', () => {
  it('answers as a running sidecar does', async () => {
    const { code, stdout } = await cli.run([...explainCanaryCharge, '-f', 'infra/mesh']);
    expect(stdout).toMatch(
      /route\s+canary-header\s+infra\/mesh\/payment\.yaml:\d+ VirtualService shop\/payment http\[0\]/,
    );
    expect(stdout).toMatch(
      /100 %\s+127\.1\.\d+\.\d+:8080\s+healthy\s+payment-v2\s+spiffe:\/\/cluster\.local\/ns\/shop\/sa\/payment/,
    );
    expect(code).toBe(0);
  });

  it('says whether the workload at the other end lets the request in, and by which line', async () => {
    const guard = file(
      'guard.yaml',
      `apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: { name: guard, namespace: shop }
spec:
  selector: { matchLabels: { app: payment } }
  action: DENY
  rules: [{ from: [{ source: { principals: ["*/sa/order"] } }], to: [{ operation: { paths: [/admin*] } }] }]
`,
    );
    const ask = (path: string) =>
      cli.run(['explain', `http://payment.shop${path}`, '--from', 'order', '-f', 'infra/mesh', '-f', guard]);
    expect((await ask('/admin/x')).stdout).toMatch(
      /access\s+shop\/payment-v1:\d+ denies it: 403\s+\S+guard.yaml:\d+ AuthorizationPolicy shop\/guard rules\[0\]/,
    );
    expect((await ask('/charge')).stdout).toMatch(/access\s+shop\/payment-v1:\d+ lets it in/);
  });

  it('says who there is for a name that is not', async () => {
    const { code, stderr } = await cli.run(['explain', 'GET', 'http://a', '--from', 'nobody', '-f', 'infra/mesh']);
    expect(stderr).toContain('no WorkloadGroup or Pod of the files is "nobody"; there are');
    expect(code).toBe(1);
  });
});

describe('weft explain of a request id', () => {
  const id = '0d5a0f4e-9f6f-4a8e-8a51-b1b6d7a0c001';
  const seen = {
    ...{ start_time: '2026-01-01T00:00:00.000Z', direction: 'inbound', method: 'GET', authority: 'inventory.shop' },
    ...{ path: '/stock', request_id: id, status: 403, flags: '-', attempts: 0, duration_ms: 2 },
    details: 'rbac_access_denied_matched_policy[ns[shop]-policy[guard]-rule[0]]',
    reason: 'infra/mesh/guard.yaml:7 AuthorizationPolicy shop/guard rules[0]',
    ...{ route: 'default', route_from: 'built-in', source_principal: 'spiffe://cluster.local/ns/shop/sa/user' },
  };

  it('says proxy by proxy what became of it: route, policy, flags, each with its place', async () => {
    const sidecar = await fake({ 'GET /requests': { text: `${JSON.stringify(seen)}\n` } });
    const log = file(
      'order.access.log',
      `${JSON.stringify({
        ...{ start_time: '2026-01-01T00:00:01.000Z', method: 'GET', authority: 'payment', path: '/', request_id: id },
        ...{ response_code: 503, response_flags: 'UF,URX', route_name: 'canary', duration: 7 },
        ...{
          upstream_cluster: 'outbound|80||payment',
          upstream_host: '10.0.0.1:80',
          reason: 'vs.yaml:9 VirtualService',
        },
      })}\n`,
    );
    const proxies = { 'GET /v1/proxies': { body: { proxies: [fakeProxy('shop/inventory', sidecar.address)] } } };
    const { code, stdout } = await runAgainst(proxies, 'explain', id, '--log', log);
    expect(stdout).toMatch(/shop\/inventory inbound: GET inventory.shop\/stock {2}403 in 2 ms/);
    expect(stdout).toMatch(
      /policy\s+ns\[shop\]-policy\[guard\]-rule\[0\]\s+infra\/mesh\/guard.yaml:7 AuthorizationPolicy/,
    );
    expect(stdout).toMatch(/order: GET payment\/ {2}503 in 7 ms/);
    expect(stdout).toMatch(/route\s+canary\s+vs.yaml:9 VirtualService/);
    expect(stdout).toMatch(/endpoint\s+10.0.0.1:80/);
    expect(stdout).toMatch(/flag\s+URX\s+the limit of retries/);
    expect(stdout.indexOf('shop/inventory')).toBeLessThan(stdout.indexOf('order:'));
    expect(code).toBe(0);
  });

  it('shows what a sidecar remembers and has logged once, and no line that only mentions the id', async () => {
    const path = '/stock?access_token=';
    const sidecar = await fake({ 'GET /requests': { text: `${JSON.stringify({ ...seen, path: `${path}***` })}\n` } });
    const { flags, status, duration_ms, ...same } = seen;
    const logged = {
      ...same,
      path: `${path}s3cret`,
      response_flags: flags,
      response_code: status,
      duration: duration_ms,
    };
    const other = { ...logged, request_id: 'another', path: `/by/${id}` };
    const elsewhere = { ...logged, upstream_cluster: 'outbound|80||inventory', upstream_host: '10.0.0.1:80' };
    const log = file(
      'inventory.access.log',
      [logged, other, elsewhere].map((line) => `${JSON.stringify(line)}\n`).join(''),
    );
    const proxies = [fakeProxy('shop/inventory', sidecar.address), fakeProxy('shop/gone', '')];
    const answers = { 'GET /v1/proxies': { body: { proxies } } };
    const { stdout, stderr } = await runAgainst(answers, 'explain', id, '--log', log, '-o', 'json');
    const { hops } = JSON.parse(stdout) as { hops: { cluster: string; requestId: string }[] };
    expect(hops.map(({ cluster, requestId }) => [cluster, requestId])).toEqual([
      ['', id],
      ['outbound|80||inventory', id],
    ]);
    expect(stderr).toBe('1 of 2 proxies answered\n');
  });

  it('says where it looked when nobody remembers it', async () => {
    const { code, stderr } = await runAgainst({ 'GET /v1/proxies': { body: { proxies: [] } } }, 'explain', id);
    expect([code, stderr]).toEqual([1, expect.stringContaining(`no sidecar remembers the request ${id}`)]);
  });
});
