/** weft explain of a request id and weft plan with the traffic of a running mesh: YAML and requests in, text out. */

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { documentsText, serviceText, workloadGroupText } from '@weft/model/testing';
import { eventually, startMesh, type TestMesh, type Workload } from '@weft/testing-harness';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { useCli } from './testing/cli-suite.ts';

const { cli } = useCli();

const group = (name: string, version: string): string =>
  workloadGroupText(`${name}-${version}`, { labels: { app: name, version }, serviceAccount: name });
const services = `${serviceText('stock')}---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: stock, namespace: shop }
spec: { hosts: [stock], http: [{ name: plain, route: [{ destination: { host: stock } }] }] }
`;
const deny = `apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: { name: guard, namespace: shop }
spec:
  selector: { matchLabels: { app: stock } }
  action: DENY
  rules: [{ from: [{ source: { principals: ["*/sa/user"] } }], to: [{ operation: { paths: [/stock] } }] }]
`;
const canary = services
  .slice(services.indexOf('---\n') + 4)
  .replace(
    'http: [',
    'http: [{ name: teapot, match: [{ headers: { x-canary: { exact: "1" } } }], directResponse: { status: 418 } }, ',
  );

let mesh: TestMesh;
let user: Workload;

beforeAll(async () => {
  mesh = await startMesh({
    'groups.yaml': documentsText(group('user', 'v1'), group('stock', 'v1')),
    'services.yaml': services,
  });
  await mesh.workload('shop', 'stock-v1', (_request, response) => response.end('12'));
  user = await mesh.workload('shop', 'user-v1');
  await eventually('stock answers', async () =>
    (await user.get('http://stock.shop/ready')).status === 200 ? true : undefined,
  );
});

afterAll(() => mesh?.stop());

const weft = (...args: readonly string[]) =>
  cli.run([...args, '--dir', mesh.folder, '--api', `127.0.0.1:${mesh.apiPort}`]);

it('plans a change with what the sidecars saw: who is denied, and which requests come out differently', async () => {
  for (let i = 0; i < 4; i += 1) await user.get('http://stock.shop/stock', { 'x-canary': i < 3 ? '1' : '0' });
  const guard = join(mesh.folder, 'guard.yaml');
  writeFileSync(guard, deny);
  const danger = await weft('plan', '-f', guard, '--strict');
  expect(danger.stdout).toMatch(
    /! user-v1 loses access to stock-v1: GET \/stock, seen 4 times, last at .*-rule\[0\] denies it/,
  );
  expect(danger.code).toBe(1);
  const change = join(mesh.folder, 'canary.yaml');
  writeFileSync(change, canary);
  const { stdout } = await weft('plan', '-f', change, '--traffic', '15m');
  expect(stdout).toContain(
    'user, stock → stock: requests with x-canary = 1: a new rule: requests are answered with 418'.replace(
      'user, stock',
      'stock, user',
    ),
  );
  expect(stdout).toMatch(/3 of \d+ requests would come out differently/);
  expect(stdout).toContain(
    '3 × GET stock.shop/stock from shop/user-v1: goes to outbound|8080||stock.shop.svc.cluster.local',
  );
});

it('explains a request by its id: route, policy with its line, endpoint, on both sides', async () => {
  mesh.write('guard.yaml', deny);
  await eventually('the policy is in force', async () =>
    (await user.get('http://stock.shop/stock')).status === 403 ? true : undefined,
  );
  const id = '4f2a90f0-51a4-4a4e-9d7c-6f0a3d9b0001';
  await user.get('http://stock.shop/stock', { 'x-request-id': id });
  const { code, stdout } = await weft('explain', id);
  expect(stdout).toMatch(/shop\/user-v1 outbound: GET stock.shop\/stock {2}403/);
  expect(stdout).toMatch(/route\s+plain\s+\S*services.yaml:\d+ VirtualService shop\/stock/);
  expect(stdout).toMatch(/cluster\s+outbound\|8080\|\|stock.shop.svc.cluster.local/);
  expect(stdout).toMatch(/shop\/stock-v1 inbound: GET stock.shop\/stock {2}403/);
  expect(stdout).toMatch(
    /policy\s+ns\[shop\]-policy\[guard\]-rule\[0\]\s+\S*guard.yaml:\d+ AuthorizationPolicy shop\/guard/,
  );
  expect(stdout).toMatch(/caller\s+user-v1\s+spiffe:\/\/cluster.local\/ns\/shop\/sa\/user/);
  expect(code).toBe(0);
});
