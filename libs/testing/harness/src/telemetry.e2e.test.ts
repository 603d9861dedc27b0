/** Telemetry's overrides of metrics: YAML in, what Prometheus reads out. */

import { afterAll, beforeAll, expect, it } from 'vitest';
import { httpCall } from './http-call.ts';
import { startMesh, type TestMesh } from './mesh.ts';
import { eventually } from './wait.ts';
import type { Workload } from './workload.ts';

const group = (name: string): string => `apiVersion: networking.istio.io/v1
kind: WorkloadGroup
metadata: { name: ${name}, namespace: shop }
spec: { metadata: { labels: { app: ${name} } }, template: { serviceAccount: ${name} } }
`;
const services = `apiVersion: v1
kind: Service
metadata: { name: hello, namespace: shop }
spec: { selector: { app: hello }, ports: [{ name: http, port: 8080, targetPort: http }] }
`;
const telemetry = (overrides: string): string => `apiVersion: telemetry.istio.io/v1
kind: Telemetry
metadata: { name: metrics, namespace: shop }
spec: { metrics: [{ providers: [{ name: prometheus }], overrides: [${overrides}] }] }
`;
const overrides = [
  `{ match: { metric: REQUEST_COUNT, mode: CLIENT }, tagOverrides: {
      host: { value: "request.host" },
      kind: { value: "request.url_path.startsWith('/api') ? 'api' : 'page ' + string(response.code)" },
      broken: { value: "request.nothing" },
      request_protocol: { value: "'mine'" },
      destination_principal: { operation: REMOVE } } }`,
  '{ match: { metric: REQUEST_DURATION, mode: CLIENT }, disabled: true }',
  '{ match: { metric: RESPONSE_SIZE, mode: SERVER }, disabled: true }',
].join(', ');

let mesh: TestMesh;
let caller: Workload;
let hello: Workload;

beforeAll(async () => {
  mesh = await startMesh({
    'groups.yaml': [group('caller'), group('hello')].join('---\n'),
    'services.yaml': services,
    'metrics.yaml': telemetry(overrides),
  });
  hello = await mesh.workload('shop', 'hello', (_request, response) => response.end('hello'));
  caller = await mesh.workload('shop', 'caller');
  await eventually('hello answers', async () =>
    (await caller.get('http://hello.shop/')).status === 200 ? true : undefined,
  );
});

afterAll(() => mesh?.stop());

/** Series of one metric. */
async function rows(of: Workload, metric: string): Promise<readonly string[]> {
  const { body } = await httpCall({ port: of.adminPort, target: '/stats/prometheus' });
  return body.split('\n').filter((row) => row.startsWith(`${metric}{`));
}

it('labels are set by expressions, added and taken away', async () => {
  await caller.get('http://hello.shop/api/x');
  const counted = await rows(caller, 'istio_requests_total');
  const api = counted.filter((row) => row.includes('kind="api"'));
  expect(api).toHaveLength(1);
  expect(api[0]).toMatch(/host="hello.shop".* 1$/);
  expect(api[0]).toContain('broken="unknown"');
  expect(api[0]).toContain('request_protocol="mine"');
  expect(api[0]).not.toContain('destination_principal');
  expect(counted.some((row) => row.includes('kind="page 200"'))).toBe(true);
});

it('metrics that are disabled are not counted, in their direction alone', async () => {
  expect(await rows(caller, 'istio_request_duration_milliseconds_count')).toEqual([]);
  expect(await rows(caller, 'istio_response_bytes_count')).not.toEqual([]);
  expect(await rows(hello, 'istio_request_duration_milliseconds_count')).not.toEqual([]);
  expect(await rows(hello, 'istio_response_bytes_count')).toEqual([]);
  const [served] = await rows(hello, 'istio_requests_total');
  expect(served).toContain('destination_principal="spiffe://cluster.local/ns/shop/sa/hello"');
});

it('all of them go where a Telemetry says so, and come back with it', async () => {
  const counted = async (): Promise<number> => {
    await caller.get('http://hello.shop/api/y');
    const all = await rows(hello, 'istio_requests_total');
    return all.reduce((sum, row) => sum + Number(row.split(' ').at(-1)), 0);
  };
  const grows = async (): Promise<boolean> => {
    const before = await counted();
    return before < (await counted());
  };
  mesh.write('metrics.yaml', telemetry('{ match: { metric: ALL_METRICS }, disabled: true }'));
  await eventually('nothing is counted any more', async () => ((await grows()) ? undefined : true));
  mesh.write('metrics.yaml', telemetry('{ match: { metric: GRPC_REQUEST_MESSAGES }, disabled: true }'));
  await eventually('requests are counted again', async () => ((await grows()) ? true : undefined));
});
