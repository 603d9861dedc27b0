/** ServiceEntries, YAML in and HTTP out: applications on Unix sockets, one host in several namespaces, an egress proxy. */

import { createServer, type RequestListener, type Server } from 'node:http';
import { join } from 'node:path';
import { freePort, freePorts } from '@weft/kernel/testing';
import { documentsText, workloadGroupText } from '@weft/model/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startMesh, type TestMesh } from './mesh.ts';
import { eventually } from './wait.ts';
import type { Workload } from './workload.ts';

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
  mesh = await startMesh({
    'groups.yaml': documentsText(workloadGroupText('caller'), workloadGroupText('teller', { namespace: 'bank' })),
  });
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

it('one host of several namespaces is what its own namespace says, and what a Sidecar asks for by name', async () => {
  const [own = 0, shared = 0] = await freePorts(2);
  await listen(says('the bank alone'), own);
  await listen(says('for all'), shared);
  const entry = (namespace: string, port: number, exportTo: string): string => `apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: { name: ledger, namespace: ${namespace} }
spec:
  hosts: [ledger.example]
  exportTo: ["${exportTo}"]
  resolution: STATIC
  ports: [{ number: 80, name: http, protocol: HTTP, targetPort: ${port} }]
  endpoints: [{ address: 127.0.0.1 }]
`;
  const entries = [entry('shared', shared, '*'), entry('bank', own, '.')];
  mesh.write('ledger.yaml', entries.join('---\n'));
  const teller = await mesh.workload('bank', 'teller');
  const body = (of: Workload, text: string) =>
    eventually(`${text} answers`, async () =>
      (await of.get('http://ledger.example/')).body === text ? true : undefined,
    );
  await body(teller, 'the bank alone');
  await body(caller, 'for all');
  mesh.write(
    'sidecar.yaml',
    `apiVersion: networking.istio.io/v1
kind: Sidecar
metadata: { name: default, namespace: bank }
spec: { egress: [{ hosts: ["shared/ledger.example"] }] }
`,
  );
  await body(teller, 'for all');
  mesh.write('ledger.yaml', entries[1] ?? '');
  await eventually('the shop knows it no longer', async () =>
    (await caller.get('http://ledger.example/')).status === 502 ? true : undefined,
  );
});

it('what no service of the mesh has goes to the egress proxy of a Sidecar', async () => {
  const port = await freePort();
  await listen((request, response) => void response.end(`proxied ${request.headers.host}${request.url}`), port);
  mesh.write(
    'egress-proxy.yaml',
    `apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: { name: way-out, namespace: shared }
spec:
  hosts: [way-out.example]
  resolution: STATIC
  ports: [{ number: 3128, name: http, protocol: HTTP, targetPort: ${port} }]
  endpoints: [{ address: 127.0.0.1 }]
---
apiVersion: networking.istio.io/v1
kind: Sidecar
metadata: { name: caller, namespace: shop }
spec:
  workloadSelector: { labels: { app: caller } }
  egress: [{ hosts: ["./*"] }]
  outboundTrafficPolicy: { mode: ALLOW_ANY, egressProxy: { host: way-out.example, port: { number: 3128 } } }
`,
  );
  const answer = await answers('http://nobody.knows.example/a', 200);
  expect(answer.body).toBe('proxied nobody.knows.example/a');
});

it('the label of a service keeps a client at one endpoint, by a cookie', async () => {
  const ports = await freePorts(3);
  for (const port of ports) await listen(says(String(port)), port);
  mesh.write(
    'sticky.yaml',
    `apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: { name: sticky, namespace: shop, labels: { istio.io/persistent-session: stick } }
spec:
  hosts: [sticky.example]
  resolution: STATIC
  ports: [{ number: 80, name: http, protocol: HTTP }]
  endpoints: [${ports.map((port) => `{ address: 127.0.0.1, ports: { http: ${port} } }`).join(', ')}]
`,
  );
  const first = await eventually('a session begins', async () => {
    const answer = await caller.get('http://sticky.example/');
    return answer.headers['set-cookie'] === undefined ? undefined : answer;
  });
  const [cookie = ''] = [first.headers['set-cookie']].flat();
  expect(cookie).toMatch(/^stick=/);
  const again = await Promise.all(
    Array.from({ length: 12 }, () => caller.get('http://sticky.example/', { cookie: cookie.split(';')[0] ?? '' })),
  );
  expect(new Set(again.map(({ body }) => body))).toEqual(new Set([first.body]));
});
