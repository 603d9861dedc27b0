import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { type FakeAnswer, type FakeServer, fakeProxy, startFake, writeToken } from './testing/fake-mesh.ts';
import { type CliResult, type CliRunner, createCliRunner } from './testing/run-cli.ts';

let cli: CliRunner;
let fakes: FakeServer[] = [];

beforeAll(async () => {
  cli = await createCliRunner();
});

afterAll(() => cli.remove());

afterEach(() => {
  for (const fake of fakes) fake.close();
  fakes = [];
});

async function fake(answers: Readonly<Record<string, FakeAnswer>>): Promise<FakeServer> {
  const server = await startFake(answers);
  fakes.push(server);
  return server;
}

/** With a control plane that answers so. */
async function runAgainst(answers: Readonly<Record<string, FakeAnswer>>, ...args: string[]): Promise<CliResult> {
  writeToken(cli.dir);
  const api = await fake(answers);
  return cli.run([...args, '--api', api.address]);
}

const explanation = {
  listener: '127.0.0.1_21012',
  virtualHost: 'payment.shop.svc.cluster.local:8080',
  route: {
    name: 'canary-weight',
    from: { resource: 'VirtualService shop/payment', file: 'infra/mesh/payment.yaml', line: 26, rule: 'http[1]' },
  },
  targets: [
    {
      cluster: 'outbound|8080|v1|payment.shop.svc.cluster.local',
      weight: 90,
      from: {
        resource: 'VirtualService shop/payment',
        file: 'infra/mesh/payment.yaml',
        line: 28,
        rule: 'http[1].route[0]',
      },
      endpoints: [
        {
          address: '127.0.0.1:21033',
          healthy: true,
          workload: 'payment-v1',
          identity: 'spiffe://cluster.local/ns/shop/sa/payment',
        },
      ],
    },
    {
      cluster: 'outbound|8080|v2|payment.shop.svc.cluster.local',
      weight: 10,
      from: {
        resource: 'VirtualService shop/payment',
        file: 'infra/mesh/payment.yaml',
        line: 30,
        rule: 'http[1].route[1]',
      },
      endpoints: [],
    },
  ],
  timeoutMs: 0,
  rewrite: '',
  identity: { own: 'spiffe://cluster.local/ns/shop/sa/order', expected: ['spiffe://cluster.local/ns/shop/sa/payment'] },
  result: 'forward',
};

test('a command that does not exist, and a flag that does not, are usage errors', async () => {
  expect(await cli.run(['sattus'])).toMatchObject({ code: 2, stdout: '' });
  expect((await cli.run(['status', '--nothing'])).code).toBe(2);
  expect((await cli.run(['get', 'pods'])).code).toBe(2);
  expect((await cli.run(['status', '-o', 'xml'])).stderr).toBe(
    'weft: "xml" is not an output format; use table, json or yaml\n',
  );
});

test('help is an answer, not an error', async () => {
  const result = await cli.run(['--help']);
  expect(result.code).toBe(0);
  for (const name of ['up', 'down', 'status', 'apply', 'validate', 'proxy-status', 'proxy-config', 'explain', 'run']) {
    expect(result.stdout).toContain(`  ${name}`);
  }
});

test('version answers without a mesh', async () => {
  const result = await cli.run(['version', '-o', 'json', '--api', '127.0.0.1:1']);
  expect(result.code).toBe(0);
  expect(JSON.parse(result.stdout)).toMatchObject({ client: '0.1.0', controlPlane: null });
});

test('without a mesh every question ends with 3 and says what to do', async () => {
  for (const args of [['status'], ['proxy-status'], ['get', 'all'], ['explain', 'http://a.b', '--from', 'order']]) {
    const result = await cli.run([...args, '--dir', join(cli.dir, 'nowhere'), '--api', '127.0.0.1:1']);
    expect(result.code, args.join(' ')).toBe(3);
    expect(result.stderr).toMatch(/^weft: the mesh is not running.*npm start.*\n$/);
  }
});

test('down without a mesh is done at once and leaves no folder', async () => {
  const dir = join(cli.dir, 'never');
  expect(await cli.run(['down', '--dir', dir])).toMatchObject({ code: 0, stdout: 'nothing was running\n' });
  expect(existsSync(dir)).toBe(false);
});

test('validate checks the rules of this repository', async () => {
  const result = await cli.run(['validate', '-f', 'infra/mesh']);
  expect(result).toMatchObject({ code: 0, stderr: '' });
  expect(result.stdout).toMatch(/^valid: \d+ resources in \d+ files\n$/);
});

test('validate names each violation with its place, from standard input too, and ends with 4', async () => {
  const text =
    'apiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: { name: x }\nspec:\n  hosts: [x]\n  htttp: []\n';
  const result = await cli.run(['validate', '-f', '-'], { stdin: text });
  expect(result.code).toBe(4);
  expect(result.stdout).toMatch(/^stdin:6:3 spec\.htttp: /m);
  const json = JSON.parse((await cli.run(['validate', '-', '-o', 'json'], { stdin: text })).stdout) as unknown;
  expect(json).toMatchObject({
    valid: false,
    violations: expect.arrayContaining([expect.objectContaining({ file: 'stdin', line: 6, column: 3 })]),
  });
});

test('validate of nothing, or of what is not there, is a usage error', async () => {
  expect((await cli.run(['validate'])).code).toBe(2);
  expect(await cli.run(['validate', '-f', 'no-such-folder'])).toMatchObject({
    code: 2,
    stderr: 'weft: there is no file or folder no-such-folder\n',
  });
});

test('apply sends every document and tells what changed', async () => {
  writeToken(cli.dir);
  const applied = [{ kind: 'Service', namespace: 'shop', name: 'a', change: 'created' }];
  const api = await fake({ 'POST /v1/resources': { body: { applied } } });
  const file = join(cli.dir, 'a.yaml');
  mkdirSync(cli.dir, { recursive: true });
  writeFileSync(file, 'kind: A\n');
  const result = await cli.run(['apply', '-f', file, '-f', '-', '--api', api.address], { stdin: 'kind: B\n' });
  expect(result).toMatchObject({ code: 0, stdout: 'Service shop/a created\n' });
  expect(api.bodies).toEqual(['kind: A\n---\nkind: B']);
});

test('apply of files without a resource says so', async () => {
  writeToken(cli.dir);
  const api = await fake({ 'POST /v1/resources': { body: { applied: [] } } });
  const result = await cli.run(['apply', '-f', '-', '--api', api.address], { stdin: '# nothing\n' });
  expect(result).toMatchObject({ code: 0, stdout: 'nothing to apply: no resource in stdin\n' });
});

test('a level that no process has is told before anything starts', async () => {
  const result = await cli.run(['up', '--log-level', 'loud']);
  expect(result.code).toBe(2);
  expect(result.stderr).toContain("'loud' is invalid. Allowed choices are trace, debug, info, warn, error.");
});

test('what the control plane refuses is printed with its places and ends with 4', async () => {
  // Line 6 of the request: four of the file, the "---" between, the first of the standard input.
  const violations = [
    { file: 'request', line: 4, column: 3, path: 'spec.htttp', message: 'unknown field' },
    { file: 'request', line: 6, column: 1, path: '', message: 'unknown kind' },
  ];
  writeToken(cli.dir);
  const file = join(cli.dir, 'a.yaml');
  writeFileSync(file, 'kind: A\nmetadata: {}\nspec:\n  htttp: []\n');
  const api = await fake({
    'POST /v1/resources': { status: 422, body: { code: 'config_invalid', detail: 'one violation', violations } },
  });
  const result = await cli.run(['apply', '-f', file, '-f', '-', '--api', api.address], { stdin: 'kind: A' });
  expect(result).toMatchObject({
    code: 4,
    stderr: `weft: 2 violations; nothing was applied\n  ${file}:4:3 spec.htttp: unknown field\n  stdin:1:1 unknown kind\n`,
  });
});

test('delete tells a resource that a file owns from one that is not there', async () => {
  const conflict = {
    status: 409,
    body: { code: 'owned_by_file', detail: 'infra/mesh/payment.yaml:14 defines it; edit that file' },
  };
  const result = await runAgainst(
    { 'DELETE /v1/resources/VirtualService/shop/payment': conflict },
    'delete',
    'vs',
    'payment',
    '-n',
    'shop',
  );
  expect(result.code).toBe(1);
  expect(result.stderr).toContain('edit that file');
  expect((await runAgainst({}, 'delete', 'vs', 'payment')).code).toBe(1);
});

test('get lists resources with their place, and one of them as YAML', async () => {
  const resources = [
    {
      apiVersion: 'v1',
      kind: 'Service',
      namespace: 'shop',
      name: 'user',
      file: 'infra/mesh/services.yaml',
      line: 2,
      spec: { ports: [] },
    },
  ];
  const answers = { 'GET /v1/resources': { body: { resources } } };
  expect((await runAgainst(answers, 'get', 'svc')).stdout).toBe(
    'KIND      NAMESPACE   NAME   FROM\nService   shop        user   infra/mesh/services.yaml:2\n',
  );
  const yaml = (await runAgainst(answers, 'get', 'svc', 'user', '-n', 'shop', '-o', 'yaml')).stdout;
  expect(yaml).toContain('kind: Service\nmetadata:\n  name: user\n  namespace: shop\n');
  expect((await runAgainst({ 'GET /v1/resources': { body: { resources: [] } } }, 'get', 'svc', 'none')).code).toBe(1);
});

test('proxy-status shows what is refused and why', async () => {
  const proxies = [
    fakeProxy('shop/order', '127.0.0.1:1'),
    fakeProxy('shop/user', '127.0.0.1:2', 'unknown field retry_policy'),
  ];
  const { code, stdout } = await runAgainst({ 'GET /v1/proxies': { body: { proxies } } }, 'proxy-status');
  expect(code).toBe(0);
  expect(stdout).toMatch(/^shop\/order +SYNCED +SYNCED +SYNCED +SYNCED +NOT SENT +healthy +127\.0\.0\.1:1$/m);
  expect(stdout).toContain('shop/user refuses RDS: unknown field retry_policy');
});

test('explain asks the sidecar of the caller and prints each decision with its line', async () => {
  const sidecar = await fake({ 'GET /explain': { body: explanation } });
  const proxies = [fakeProxy('shop/order', sidecar.address)];
  const url = 'http://payment.shop/charge';
  const result = await runAgainst(
    { 'GET /v1/proxies': { body: { proxies } } },
    'explain',
    'GET',
    url,
    '-H',
    'x-canary: 1',
    '--from',
    'order',
  );
  expect(result.code).toBe(0);
  expect(sidecar.calls[0]).toBe('GET /explain?method=GET&url=http%3A%2F%2Fpayment.shop%2Fcharge&header=x-canary%3A1');
  expect(result.stdout).toContain('canary-weight  infra/mesh/payment.yaml:26 VirtualService shop/payment http[1]');
  expect(result.stdout).toMatch(
    /^90 % +outbound\|8080\|v1\|payment\.shop\.svc\.cluster\.local +infra\/mesh\/payment\.yaml:28 /m,
  );
  expect(result.stdout).toMatch(
    /127\.0\.0\.1:21033 +healthy +payment-v1 +spiffe:\/\/cluster\.local\/ns\/shop\/sa\/payment/,
  );
  expect(result.stdout).toContain('no endpoints');
});

test('explain takes the admin port of a sidecar from a flag or the environment, with no control plane', async () => {
  const sidecar = await fake({ 'GET /explain': { body: explanation } });
  const result = await cli.run(['explain', 'http://payment.shop/', '-o', 'json'], {
    env: { WEFT_ADMIN: sidecar.address },
  });
  expect(result.code).toBe(0);
  expect(JSON.parse(result.stdout)).toMatchObject({ result: 'forward', request: { method: 'GET' } });
});

test('explain answers while the control plane is dead, by the record of the launcher', async () => {
  const sidecar = await fake({ 'GET /explain': { body: explanation } });
  writeToken(cli.dir);
  const record = { launcher: { pid: 1, startTime: 'x' }, processes: [], admin: { order: sidecar.address } };
  writeFileSync(join(cli.dir, 'run.json'), JSON.stringify(record));
  const result = await cli.run(['explain', 'http://payment.shop/', '--from', 'order', '--api', '127.0.0.1:1']);
  rmSync(join(cli.dir, 'run.json'));
  expect(result.code).toBe(0);
  expect(result.stdout).toContain('from order (the control plane does not answer)');
});

test('explain from a workload that is not there lists those that are', async () => {
  const proxies = [fakeProxy('shop/order', '127.0.0.1:1')];
  const result = await runAgainst(
    { 'GET /v1/proxies': { body: { proxies } } },
    'explain',
    'http://a.b',
    '--from',
    'oder',
  );
  expect(result).toMatchObject({ code: 1, stderr: 'weft: no proxy "oder" is connected; there are shop/order\n' });
});

test('proxy-config falls back to the snapshot of the control plane and says so', async () => {
  const id = encodeURIComponent('sidecar~127.0.0.1~order-1.shop~shop.svc.cluster.local');
  const dump = {
    configs: [
      {
        dynamicActiveClusters: [
          {
            cluster: {
              name: 'outbound|8080|v1|payment.shop.svc.cluster.local',
              type: 'EDS',
              lbPolicy: 'LEAST_REQUEST',
            },
          },
        ],
      },
    ],
  };
  const answers = {
    'GET /v1/proxies': { body: { proxies: [fakeProxy('shop/order', '127.0.0.1:1')] } },
    [`GET /v1/proxies/${id}/snapshot`]: { body: dump },
  };
  const result = await runAgainst(answers, 'proxy-config', 'cluster', 'order');
  expect(result.code).toBe(0);
  expect(result.stderr).toContain("the control plane's snapshot of order");
  expect(result.stdout).toMatch(/^payment\.shop\.svc\.cluster\.local +8080 +v1 +outbound +EDS +LEAST_REQUEST$/m);
});

test('a wrong token is named as such', async () => {
  const result = await runAgainst(
    { 'GET /v1/proxies': { status: 401, body: { code: 'token_invalid' } } },
    'proxy-status',
  );
  expect(result.code).toBe(1);
  expect(result.stderr).toContain('the operator token is not the one of this control plane');
});

test('completion knows every command', async () => {
  for (const shell of ['bash', 'zsh', 'fish']) {
    const { code, stdout } = await cli.run(['completion', shell]);
    expect(code).toBe(0);
    for (const name of ['proxy-config', 'explain', 'validate']) expect(stdout).toContain(name);
  }
  expect((await cli.run(['completion', 'tcsh'])).code).toBe(2);
});

test('colours come only when they are asked for, and NO_COLOR wins', async () => {
  const proxies = [fakeProxy('shop/order', '127.0.0.1:1')];
  writeToken(cli.dir);
  const api = await fake({ 'GET /v1/proxies': { body: { proxies } } });
  const args = ['proxy-status', '--api', api.address];
  expect((await cli.run(args)).stdout).not.toContain('\u001b');
  expect((await cli.run(args, { env: { FORCE_COLOR: '1' } })).stdout).toContain('\u001b[32mSYNCED');
  expect((await cli.run(args, { env: { FORCE_COLOR: '1', NO_COLOR: '1' } })).stdout).not.toContain('\u001b');
});
