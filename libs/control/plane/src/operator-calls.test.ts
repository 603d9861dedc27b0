import { xdsTypes } from '@weft/xds-protocol';
import { expect, it } from 'vitest';
import { messageBytesMax } from './grpc/listen.ts';
import { bodyBytesMax } from './operator-api/server.ts';
import { rule, shop, usePlaneBench } from './testing/plane-bench.ts';

const { api, connect, make, until } = usePlaneBench();
const yaml = (body: string): RequestInit => ({ method: 'POST', body, headers: { 'content-type': 'application/yaml' } });

it('applies, lists and deletes resources, and leaves what files define to their files', async () => {
  const plane = make();
  await plane.start();
  const applied = await api(plane, '/v1/resources', yaml(rule('3s')));
  expect(applied).toEqual({
    status: 200,
    body: { applied: [{ kind: 'VirtualService', namespace: 'shop', name: 'echo', change: 'created' }], version: 1 },
  });
  expect((await api(plane, '/v1/resources?kind=VirtualService')).body).toMatchObject({
    resources: [{ name: 'echo', spec: { http: [{ timeoutMs: 3000 }] } }],
  });
  const refused = await api(plane, '/v1/resources', yaml(rule('soon')));
  expect(refused).toMatchObject({ status: 422, body: { code: 'invalid_resource', violations: [{ line: 10 }] } });
  expect(await api(plane, '/v1/resources', yaml(shop))).toMatchObject({ status: 409, body: { code: 'conflict' } });
  const path = '/v1/resources/VirtualService/shop/echo';
  expect((await api(plane, path, { method: 'DELETE' })).status).toBe(204);
  expect((await api(plane, path, { method: 'DELETE' })).status).toBe(404);
  expect((await api(plane, '/v1/resources/Service/shop/echo', { method: 'DELETE' })).status).toBe(409);
});

it('remembers what was applied, goes back to any of it, and takes no change that was made for another version', async () => {
  const plane = make();
  await plane.start();
  for (const timeout of ['3s', '4s']) await api(plane, '/v1/resources', yaml(rule(timeout)));
  const change = { kind: 'VirtualService', namespace: 'shop', name: 'echo' };
  expect((await api(plane, '/v1/history')).body).toMatchObject({
    version: 2,
    entries: [
      { version: 2, action: 'apply', changes: [{ ...change, change: 'configured' }] },
      { version: 1, action: 'apply', changes: [{ ...change, change: 'created' }] },
    ],
  });
  const late = { ...yaml(rule('5s')), headers: { 'content-type': 'application/yaml', 'if-match': '"1"' } };
  expect(await api(plane, '/v1/resources', late)).toMatchObject({ status: 409, body: { code: 'version_conflict' } });
  const path = '/v1/resources/VirtualService/shop/echo';
  const wrong = { method: 'DELETE', headers: { 'if-match': '"1"' } };
  expect(await api(plane, path, wrong)).toMatchObject({ status: 409, body: { code: 'version_conflict' } });
  const back = await api(plane, '/v1/rollback/1', { method: 'POST', headers: { 'if-match': '"2"' } });
  expect(back).toMatchObject({ status: 200, body: { version: 3, applied: [{ ...change, change: 'configured' }] } });
  expect((await api(plane, '/v1/resources?kind=VirtualService')).body).toMatchObject({
    resources: [{ spec: { http: [{ timeoutMs: 3000 }] } }],
  });
  expect((await api(plane, '/v1/rollback/9', { method: 'POST' })).status).toBe(404);
  expect((await api(plane, '/v1/rollback/first', { method: 'POST' })).status).toBe(400);
});

it('answers the operator API only to the token and to names of this machine', async () => {
  const plane = make();
  await plane.start();
  expect((await api(plane, '/v1/version')).body).toEqual({ version: '0.0.0-test' });
  const wrong = { headers: { authorization: 'Bearer wrong' } };
  expect(await api(plane, '/v1/status', wrong)).toMatchObject({ status: 401, body: { code: 'unauthorized' } });
  expect((await api(plane, '/v1/resources', { method: 'POST', body: '{}' })).status).toBe(415);
  expect((await api(plane, '/v1/nothing')).status).toBe(404);
  const { request } = await import('node:http');
  const { host, port } = plane.addresses().api;
  const status = await new Promise((resolve) => {
    request({ host, port, path: '/v1/version', headers: { host: 'evil.example' } }, (r) => resolve(r.statusCode)).end();
  });
  expect(status).toBe(403);
});

it('takes no larger bodies and messages than its bounds', async () => {
  const plane = make();
  await plane.start();
  const body = `# ${'x'.repeat(bodyBytesMax)}`;
  expect(await api(plane, '/v1/resources', yaml(body))).toMatchObject({ status: 413, body: { code: 'too_large' } });
  const { client, states } = await connect(plane, 'echo');
  await until(() => states.includes('connected'));
  client.subscribe(xdsTypes.SDS, ['x'.repeat(messageBytesMax)]);
  await until(() => states.length === 2);
  expect(states[1]).toMatch(/larger than max/);
});
