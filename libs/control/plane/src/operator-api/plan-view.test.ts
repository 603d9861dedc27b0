import { createRegistry } from '@weft/control-registry';
import { testProxy } from '@weft/control-registry/testing';
import { createManualClock } from '@weft/kernel';
import { createModel, defaultMeshConfig, parseDocuments } from '@weft/model';
import { expect, it } from 'vitest';
import { shop, usePlaneBench } from '../testing/plane-bench.ts';
import { planOf } from './plan-view.ts';

const { api, make } = usePlaneBench();
const json = (body: unknown): RequestInit => ({
  method: 'POST',
  body: JSON.stringify(body),
  headers: { 'content-type': 'application/json' },
});

const rule = (host: string): string => `
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: echo, namespace: shop }
spec: { hosts: [echo], http: [{ timeout: 2s, route: [{ destination: { host: ${host} } }] }] }
`;

it('plans a change without making it, and refuses what apply would refuse', async () => {
  const plane = make();
  await plane.start();
  const planned = await api(plane, '/v1/plan', json({ yaml: rule('gone') }));
  expect(planned).toMatchObject({ status: 200, body: { changes: [{ kind: 'doubt' }] } });
  expect((await api(plane, '/v1/resources?kind=VirtualService')).body).toEqual({ resources: [] });
  expect(await api(plane, '/v1/plan', json({ yaml: rule('a').replace('hosts', 'host') }))).toMatchObject({
    status: 422,
  });
  expect(await api(plane, '/v1/plan', json({ yaml: rule('a'), delete: true }))).toMatchObject({ status: 404 });
  expect(await api(plane, '/v1/plan', json({ yml: '' }))).toMatchObject({ status: 400 });
  expect(await api(plane, '/v1/plan', { ...json(0), body: '{' })).toMatchObject({ status: 400 });
});

it('analyses the configuration in force', async () => {
  const plane = make();
  await plane.start();
  const yaml = { method: 'POST', body: rule('gone'), headers: { 'content-type': 'application/yaml' } };
  expect(await api(plane, '/v1/resources', yaml)).toMatchObject({ status: 200 });
  const { body } = await api(plane, '/v1/analysis');
  expect(JSON.stringify(body)).toContain('"code":"WEFT0101"');
});

it('keeps the workloads that are there, so that a change of rules is no loss of endpoints', () => {
  const model = createModel(parseDocuments('shop.yaml', shop).resources);
  const registry = createRegistry({
    model,
    clock: createManualClock(),
    domain: 'cluster.local',
    trustDomain: 'cluster.local',
  });
  const proxy = testProxy('echo', {
    labels: { app: 'echo' },
    ingress: [{ name: 'http', bind: '127.0.0.1', port: 21_003, defaultEndpoint: '127.0.0.1:21000' }],
    egressProxy: { bind: '127.0.0.1', port: 21_002 },
  });
  registry.register(proxy);
  registry.setHealth(proxy.id, true, '');
  const input = {
    ...{
      model,
      registry: registry.view(),
      mesh: defaultMeshConfig,
      domain: 'cluster.local',
      trustDomain: 'cluster.local',
    },
    ...{ keySets: new Map(), rootsPem: '' },
  };
  const request = { yaml: rule('echo'), delete: false, traffic: [] };
  const { changes } = planOf({ input, proxies: [proxy] }, registry.kept(), request);
  expect(changes.map(({ sentence }) => sentence)).toEqual(['echo → echo: timeout goes from none to 2 s']);

  const line =
    '{"direction":"outbound","method":"GET","authority":"echo.shop","path":"/","start_time":"2026-01-01T00:00:00.000Z"}';
  const traffic = [{ workload: 'shop/echo', lines: line }];
  const replayed = (replaySinceMs?: number) =>
    planOf({ input, proxies: [proxy] }, registry.kept(), { ...request, traffic, replaySinceMs }).replay?.requests;
  // Only what is of the window, and only where a window is asked for.
  expect([replayed(), replayed(0), replayed(Date.parse('2026-01-02'))]).toEqual([undefined, 1, 0]);
});
