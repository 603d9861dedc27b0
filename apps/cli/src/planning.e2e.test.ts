/** weft analyze, plan and explain from files, as processes; and against a control plane that answers as written. */

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { useCli } from './testing/cli-suite.ts';

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
    expect(stdout).toContain('-> payment: 10 % of requests move from v1 to v2');
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
    const { stdout } = await cli.run(['plan', '-f', path, '--api', api.address]);
    expect(stdout).toBe('  order -> payment: t\n1 change\n');
    expect(JSON.parse(api.bodies[0] ?? '')).toEqual({ yaml: rule(80), delete: false, traffic: [] });
  });
});

describe('weft explain from files', () => {
  it('answers as a running sidecar does', async () => {
    const url = 'http://payment.shop/charge';
    const { code, stdout } = await cli.run([
      'explain',
      'GET',
      url,
      '-H',
      'x-canary: 1',
      '--from',
      'order',
      '-f',
      'infra/mesh',
    ]);
    expect(stdout).toMatch(
      /route\s+canary-header\s+infra\/mesh\/payment\.yaml:\d+ VirtualService shop\/payment http\[0\]/,
    );
    expect(stdout).toMatch(
      /100 %\s+127\.1\.\d+\.\d+:8080\s+healthy\s+payment-v2\s+spiffe:\/\/cluster\.local\/ns\/shop\/sa\/payment/,
    );
    expect(code).toBe(0);
  });

  it('says who there is for a name that is not', async () => {
    const { code, stderr } = await cli.run(['explain', 'GET', 'http://a', '--from', 'nobody', '-f', 'infra/mesh']);
    expect(stderr).toContain('no WorkloadGroup or Pod of the files is "nobody"; there are');
    expect(code).toBe(1);
  });
});
