import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { documentsText, serviceText, workloadGroupText } from '@weft/model/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startMesh, type TestMesh } from '../mesh.ts';
import { startLoad } from '../survival/load.ts';
import { eventually } from '../wait.ts';
import type { Workload } from '../workload.ts';
import { operatorCall } from './operator.ts';

/** Each request is a handshake of its own: what TLS refuses, a request feels. */
const services = `${serviceText('hello')}---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: { name: hello, namespace: shop }
spec:
  host: hello
  trafficPolicy: { connectionPool: { http: { maxRequestsPerConnection: 1, h2UpgradePolicy: DO_NOT_UPGRADE } } }
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: hello, namespace: shop }
spec:
  hosts: [hello]
  http: [{ route: [{ destination: { host: hello } }], retries: { attempts: 0 } }]
`;

const url = 'http://hello.shop.svc.cluster.local:8080/';
let mesh: TestMesh;
let caller: Workload;
let late: Workload;

beforeAll(async () => {
  mesh = await startMesh({
    'groups.yaml': documentsText(...['caller', 'hello', 'late'].map((name) => workloadGroupText(name))),
    'services.yaml': services,
  });
  await mesh.workload('shop', 'hello', (_request, response) => response.end('hello'));
  caller = await mesh.workload('shop', 'caller');
  await eventually('hello answers', async () => ((await caller.get(url)).status === 200 ? true : undefined));
});
afterAll(() => mesh.stop());

const status = async (): Promise<Record<string, unknown>> => (await operatorCall(mesh, 'GET', '/v1/ca')).body;
const rootsInFile = (): number =>
  readFileSync(join(mesh.folder, 'tokens', 'shop.caller', 'root-cert.pem'), 'utf8').split('BEGIN').length - 1;

describe('identity in a whole mesh', () => {
  it('a whole rotation of the root fails no request', async () => {
    const before = (await status())['roots'] as { fingerprint: string }[];
    const traffic = startLoad(caller, [url], 4);
    expect((await operatorCall(mesh, 'POST', '/v1/ca/rotation', {})).status).toBe(200);
    expect((await operatorCall(mesh, 'POST', '/v1/ca/rotation', {})).status).toBe(409);
    await eventually('the new root signs', async () => ((await status())['phase'] === 'issuing' ? true : undefined));
    expect((await status())['roots']).toHaveLength(2);
    expect(rootsInFile()).toBe(2);
    await eventually('all are certified anew', async () =>
      ((await status())['waitingFor'] as unknown[]).length === 0 ? true : undefined,
    );
    // Over a restart the rotation goes on where it was.
    await mesh.stopControlPlane();
    await mesh.startControlPlane();
    const finish = async (): Promise<true | undefined> =>
      (await operatorCall(mesh, 'POST', '/v1/ca/rotation/finish', {})).status === 200 ? true : undefined;
    await eventually('finished', finish, 30_000);
    const after = (await status())['roots'] as { fingerprint: string }[];
    expect(after).toHaveLength(1);
    expect(after[0]?.fingerprint).not.toBe(before[0]?.fingerprint);
    await eventually('the token folder follows', () => (rootsInFile() === 1 ? true : undefined));
    const { sent, failed } = await traffic.stop();
    expect(failed).toEqual([]);
    expect(sent).toBeGreaterThan(50);
    process.stdout.write(`rotation under load: ${sent} requests, each with a handshake, ${failed.length} failed\n`);
  });

  it('a proxy joins with a token for one use, and comes back with its certificate', async () => {
    const made = await operatorCall(mesh, 'POST', '/v1/tokens', { namespace: 'shop', serviceAccount: 'late' });
    expect(made.status).toBe(201);
    const folder = join(mesh.folder, 'tokens', 'shop.late');
    const roots = readFileSync(join(mesh.folder, 'tokens', 'shop.caller', 'root-cert.pem'));
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { mode: 0o700 });
    writeFileSync(join(folder, 'root-cert.pem'), roots);
    writeFileSync(join(folder, 'token'), String(made.body['token']), { mode: 0o600 });
    late = await mesh.workload('shop', 'late');
    expect((await late.get(url)).status).toBe(200);
    const [shown] = (await operatorCall(mesh, 'GET', '/v1/tokens')).body['tokens'] as Record<string, unknown>[];
    expect(shown).toMatchObject({ state: 'used up', usesLeft: 0, serviceAccount: 'late' });
    expect(JSON.stringify(shown)).not.toContain(String(made.body['token']).slice(-20));
    rmSync(join(folder, 'token'));
    await late.restart();
    expect((await late.get(url)).status).toBe(200);
  });

  it('a revoked identity is refused by its peers and by the control plane', async () => {
    const revoked = await operatorCall(mesh, 'POST', '/v1/ca/revocations', {
      namespace: 'shop',
      serviceAccount: 'caller',
      reason: 'its key leaked',
    });
    expect(revoked.body).toMatchObject({ listProblem: '' });
    expect(Number(revoked.body['certificates'])).toBeGreaterThan(0);
    await eventually('hello refuses the caller', async () =>
      (await caller.get(url)).status === 503 ? true : undefined,
    );
    // Nobody else feels it.
    expect((await late.get(url)).status).toBe(200);
    const audit = readFileSync(join(mesh.folder, 'control-plane', 'audit', 'certificates.jsonl'), 'utf8');
    expect(audit).toContain('"event":"identity revoked","spiffeId":"spiffe://cluster.local/ns/shop/sa/caller"');
    expect(audit).toContain('"event":"certificate issued"');
    expect((await operatorCall(mesh, 'DELETE', '/v1/ca/revocations/shop/caller')).status).toBe(204);
  });
});
