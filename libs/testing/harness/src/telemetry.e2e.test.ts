/** Telemetry: overrides of metrics as Prometheus reads them, spans as a collector gets them. */

import { createServer } from 'node:http2';
import { freePort } from '@weft/kernel/testing';
import { documentsText, serviceText, workloadGroupText } from '@weft/model/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { httpCall } from './http-call.ts';
import { startMesh, type TestMesh } from './mesh.ts';
import { eventually } from './wait.ts';
import type { Workload } from './workload.ts';

const groups = documentsText(workloadGroupText('caller'), workloadGroupText('hello'));
const services = serviceText('hello');
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
    'groups.yaml': groups,
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

it('spans go to a collector by gRPC where its provider says so', async () => {
  const port = await freePort();
  const got: { path: string; key: string; body: Buffer }[] = [];
  const collector = createServer().on('stream', (stream, headers) => {
    const chunks: Buffer[] = [];
    stream.on('data', (chunk: Buffer) => chunks.push(chunk));
    stream.on('end', () => {
      got.push({ path: headers[':path'] ?? '', key: String(headers['x-key']), body: Buffer.concat(chunks) });
      stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true });
      stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }));
      stream.end(Buffer.alloc(5));
    });
  });
  await new Promise<void>((resolve) => void collector.listen(port, '127.0.0.1', resolve));
  const entry = `apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: { name: collector, namespace: shop }
spec:
  hosts: [collector.example]
  resolution: STATIC
  ports: [{ number: 4317, name: grpc, protocol: GRPC, targetPort: ${port} }]
  endpoints: [{ address: 127.0.0.1 }]
`;
  const provider = `{ service: shop/collector.example, port: 4317, grpc: { initialMetadata: [{ name: x-key, value: "7" }] } }`;
  const traced = await startMesh(
    { 'groups.yaml': groups, 'services.yaml': `${services}---\n${entry}` },
    `extensionProviders: [{ name: otel, opentelemetry: ${provider} }]\ndefaultProviders: { tracing: [otel] }\ndefaultConfig: { tracing: { sampling: 100 } }\n`,
  );
  try {
    await traced.workload('shop', 'hello', (_request, response) => response.end('hello'));
    const client = await traced.workload('shop', 'caller');
    await eventually('spans of both sidecars arrive', async () => {
      await client.get('http://hello.shop/');
      const text = got.map(({ body }) => body.toString('latin1')).join();
      return text.includes('caller.shop') && text.includes('hello.shop') ? true : undefined;
    });
    expect(got[0]).toMatchObject({ path: '/opentelemetry.proto.collector.trace.v1.TraceService/Export', key: '7' });
    const sent = await eventually('they count as sent', async () => {
      const [row] = (await rows(client, 'weft_spans_total')).filter((one) => one.includes('sent'));
      return Number(row?.split(' ').at(-1)) > 0 ? row : undefined;
    });
    expect(sent).toContain('outcome="sent"');
  } finally {
    await traced.stop();
    collector.close();
  }
});
