import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { explainCanaryCharge } from './testing/canary-charge.ts';
import { useCli } from './testing/cli-suite.ts';
import { fakeProxy, writeToken } from './testing/fake-mesh.ts';

const { cli, fake, runAgainst } = useCli();

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
  expect((await cli.run(['get', 'widgets'])).code).toBe(2);
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

test('a level that no process has is told before anything starts', async () => {
  const result = await cli.run(['up', '--log-level', 'loud']);
  expect(result.code).toBe(2);
  expect(result.stderr).toContain("'loud' is invalid. Allowed choices are trace, debug, info, warn, error.");
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
  const result = await runAgainst({ 'GET /v1/proxies': { body: { proxies } } }, ...explainCanaryCharge);
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
