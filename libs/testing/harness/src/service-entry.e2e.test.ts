/** ServiceEntries, YAML in and HTTP out: applications on Unix sockets, one host in several namespaces, an egress proxy. */

import { createServer, type RequestListener, type Server } from 'node:http';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startMesh, type TestMesh } from './mesh.ts';
import { eventually } from './wait.ts';
import type { Workload } from './workload.ts';

const group = (namespace: string, name: string): string => `apiVersion: networking.istio.io/v1
kind: WorkloadGroup
metadata: { name: ${name}, namespace: ${namespace} }
spec: { metadata: { labels: { app: ${name} } }, template: { serviceAccount: ${name} } }
`;

const servers: Server[] = [];
let mesh: TestMesh;
let caller: Workload;

const says =
  (text: string): RequestListener =>
  (_request, response) =>
    void response.end(text);

async function listen(app: RequestListener, at: number | string): Promise<void> {
  const server = createServer(app);
  servers.push(server);
  await new Promise<void>((resolve) => {
    if (typeof at === 'number') server.listen(at, '127.0.0.1', resolve);
    else server.listen(at, resolve);
  });
}

beforeAll(async () => {
  mesh = await startMesh({ 'groups.yaml': [group('shop', 'caller'), group('bank', 'teller')].join('---\n') });
  caller = await mesh.workload('shop', 'caller');
});

afterAll(async () => {
  await mesh?.stop();
  for (const server of servers) server.close();
});

const answers = (url: string, status: number) =>
  eventually(`${url} answers ${status}`, async () => {
    const answer = await caller.get(url);
    return answer.status === status ? answer : undefined;
  });

it('an endpoint may be a Unix socket, of a path or abstract', async () => {
  const path = join(mesh.folder, 'app.sock');
  const abstract = `weft-test-${process.pid}`;
  await listen(says('by path'), path);
  await listen(says('abstract'), `\0${abstract}`);
  const entry = (name: string, address: string): string => `apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: { name: ${name}, namespace: shop }
spec:
  hosts: [${name}.example]
  resolution: STATIC
  ports: [{ number: 80, name: http, protocol: HTTP }]
  endpoints: [{ address: "${address}" }]
`;
  mesh.write('unix.yaml', [entry('path', `unix://${path}`), entry('abstract', `unix://@${abstract}`)].join('---\n'));
  expect((await answers('http://path.example/', 200)).body).toBe('by path');
  expect((await answers('http://abstract.example/', 200)).body).toBe('abstract');
});
