/** The control plane is killed again and again while requests flow: none fails, and what is changed after a restart arrives. */

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createSeededRandom, delay, systemClock } from '@weft/kernel';
import { documentsText, serviceText, workloadGroupText } from '@weft/model/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { operatorCall } from '../identity/operator.ts';
import { eventually } from '../wait.ts';
import type { Workload } from '../workload.ts';
import { startLoad } from './load.ts';
import { type KillableMesh, rootsOf, startKillableMesh } from './plane-process.ts';

const seed = Number(process.env['WEFT_KILL_SEED'] ?? 20_261_121);

/** No retries: what a kill does to a request is seen. Calls of `strict` have a connection, and a handshake, each. */
const service = (name: string, connectionPool: string): string => `${serviceText(name, { app: 'hello' })}---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: { name: ${name}, namespace: shop }
spec:
  host: ${name}
  trafficPolicy: { connectionPool: { http: ${connectionPool} } }
`;

const rule = (name: string, life: number): string => `apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: ${name}, namespace: shop }
spec:
  hosts: [${name}]
  http:
    - headers: { response: { set: { x-life: "${life}" } } }
      route: [{ destination: { host: ${name} } }]
      retries: { attempts: 0 }
`;

const rules = (life: number): string => ['pooled', 'strict'].map((name) => rule(name, life)).join('---\n');
const urlOf = (name: string): string => `http://${name}.shop.svc.cluster.local:8080/`;
const urls = ['pooled', 'strict'].map(urlOf);

let mesh: KillableMesh;
let caller: Workload;

beforeAll(async () => {
  mesh = await startKillableMesh({
    'groups.yaml': documentsText(workloadGroupText('caller'), workloadGroupText('hello')),
    'services.yaml': [
      service('pooled', '{ http2MaxRequests: 1000 }'),
      service('strict', '{ maxRequestsPerConnection: 1, h2UpgradePolicy: DO_NOT_UPGRADE }'),
    ].join('---\n'),
    'rules.yaml': rules(0),
  });
  mesh.launch();
  await mesh.ready();
  await mesh.workload({
    namespace: 'shop',
    group: 'hello',
    app: (_request, response) => response.end('hello'),
  });
  caller = await mesh.workload({ namespace: 'shop', group: 'caller' });
  for (const url of urls) {
    await eventually('hello answers', async () => ((await caller.get(url)).status === 200 ? true : undefined));
  }
  await kept();
});
afterAll(() => mesh?.stop());

/** Workloads are written down a moment after they came: one that was not is lost with the first kill, until its proxy is back. */
async function kept(): Promise<void> {
  const file = join(mesh.folder, 'control-plane', 'workloads.json');
  await eventually('both workloads are written down', async () => {
    const text = await readFile(file, 'utf8').catch(() => '{ "workloads": [] }');
    const { workloads } = JSON.parse(text) as { workloads: readonly unknown[] };
    return workloads.length === 2 ? true : undefined;
  });
  await eventually('both proxies are in sync', async () => {
    const { body } = await operatorCall(mesh, 'GET', '/v1/proxies');
    const proxies = body['proxies'] as { types: Record<string, { state: string }> }[];
    return proxies.length === 2 && proxies.every(({ types }) => types['LDS']?.state === 'SYNCED') ? true : undefined;
  });
}

async function arrives(life: number): Promise<void> {
  for (const url of urls) {
    await eventually(`life ${life} arrives`, async () =>
      (await caller.get(url)).headers['x-life'] === String(life) ? true : undefined,
    );
  }
}

it(`no request fails while the control plane is killed six times, and each change arrives (seed ${seed})`, async () => {
  const random = createSeededRandom(seed);
  const traffic = startLoad(caller, urls, 2);
  let kills = 0;
  let life = 0;
  const kill = async (): Promise<void> => {
    await mesh.kill();
    kills += 1;
  };
  while (kills < 6) {
    life += 1;
    // In the middle of a push of a change that it may not have seen.
    mesh.write('rules.yaml', rules(life));
    await delay(systemClock, random() * 150);
    await kill();
    // Some go on for a while without one, and some never become ready.
    await delay(systemClock, random() * 300);
    mesh.launch();
    if (random() < 0.4) {
      await delay(systemClock, random() * 600);
      await kill();
      mesh.launch();
    }
    await mesh.ready();
    await arrives(life);
    life += 1;
    mesh.write('rules.yaml', rules(life));
    await arrives(life);
  }
  const { sent, failed } = await traffic.stop();
  expect(failed).toEqual([]);
  expect(sent).toBeGreaterThan(500);
  process.stdout.write(`killed ${kills} times under load: ${sent} requests, ${failed.length} failed\n`);
});

it('no request fails while the root is rotated and the control plane is killed in each step of it', async () => {
  const status = async (): Promise<Record<string, unknown>> => (await operatorCall(mesh, 'GET', '/v1/ca')).body;
  const [before] = (await status())['roots'] as { fingerprint: string }[];
  const traffic = startLoad(caller, urls, 2);
  const again = async (): Promise<void> => {
    await mesh.kill();
    mesh.launch();
    await mesh.ready();
  };
  expect((await operatorCall(mesh, 'POST', '/v1/ca/rotation', {})).status).toBe(200);
  await again();
  expect(await status()).toMatchObject({ phase: 'trusting' });
  await eventually(
    'the new root signs',
    async () => ((await status())['phase'] === 'issuing' ? true : undefined),
    60_000,
  );
  expect(rootsOf(mesh, 'shop.caller')).toBe(2);
  await again();
  const finish = async (): Promise<true | undefined> =>
    (await operatorCall(mesh, 'POST', '/v1/ca/rotation/finish', {})).status === 200 ? true : undefined;
  await eventually('all are certified anew', finish, 60_000);
  await again();
  await eventually('one root is left', async () => (rootsOf(mesh, 'shop.caller') === 1 ? true : undefined));
  const [after] = (await status())['roots'] as { fingerprint: string }[];
  expect(after?.fingerprint).not.toBe(before?.fingerprint);
  mesh.write('rules.yaml', rules(1_000));
  await arrives(1_000);
  const { sent, failed } = await traffic.stop();
  expect(failed).toEqual([]);
  process.stdout.write(`rotation and three kills under load: ${sent} requests, ${failed.length} failed\n`);
});
