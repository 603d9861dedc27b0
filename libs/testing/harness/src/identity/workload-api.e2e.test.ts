import { createPrivateKey, X509Certificate } from 'node:crypto';
import { statSync } from 'node:fs';
import { create } from '@bufbuild/protobuf';
import * as grpc from '@grpc/grpc-js';
import {
  JWTBundlesRequestSchema,
  type JWTBundlesResponse,
  JWTSVIDRequestSchema,
  SpiffeWorkloadAPI,
  ValidateJWTSVIDRequestSchema,
  X509SVIDRequestSchema,
  type X509SVIDResponse,
} from '@weft/xds-messages/spiffe/workload/workload';
import { createServiceClient, serviceDefinition, unaryCall } from '@weft/xds-protocol';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startMesh, type TestMesh } from '../mesh.ts';
import { eventually } from '../wait.ts';
import type { Workload } from '../workload.ts';
import { operatorCall } from './operator.ts';

const group = `apiVersion: networking.istio.io/v1
kind: WorkloadGroup
metadata: { name: order, namespace: shop }
spec: { template: { serviceAccount: order } }
`;
const own = 'spiffe://cluster.local/ns/shop/sa/order';
const { method } = SpiffeWorkloadAPI;
const definition = serviceDefinition(SpiffeWorkloadAPI);

let mesh: TestMesh;
let order: Workload;
let client: grpc.Client;
const allowed = new grpc.Metadata();
allowed.set('workload.spiffe.io', 'true');
const soon = () => ({ deadline: Date.now() + 10_000 });

beforeAll(async () => {
  mesh = await startMesh({ 'groups.yaml': group });
  order = await mesh.workload('shop', 'order');
  client = createServiceClient({ address: `unix:${order.workloadSocket}` });
});
afterAll(async () => {
  client.close();
  await mesh.stop();
});

function watch<T>(name: string, request: object, metadata = allowed): { got: T[]; failed: () => number | undefined } {
  const { path, requestSerialize, responseDeserialize } = definition[name] as grpc.MethodDefinition<object, T>;
  const got: T[] = [];
  let code: number | undefined;
  const call = client.makeServerStreamRequest(path, requestSerialize, responseDeserialize, request, metadata);
  call.on('data', (message: T) => got.push(message));
  call.on('error', (error: grpc.ServiceError) => {
    code = error.code;
  });
  return { got, failed: () => code };
}

describe('the SPIFFE Workload API of a sidecar', () => {
  it('hands over the certificate, its key and the roots, and the next ones when they change', async () => {
    const { got } = watch<X509SVIDResponse>('fetchX509SVID', create(X509SVIDRequestSchema));
    const first = await eventually('an SVID', () => got[0]?.svids[0]);
    expect(first.spiffeId).toBe(own);
    const leaf = new X509Certificate(first.x509Svid);
    expect(leaf.subjectAltName).toBe(`URI:${own}`);
    const key = createPrivateKey({ key: Buffer.from(first.x509SvidKey), format: 'der', type: 'pkcs8' });
    expect(leaf.checkPrivateKey(key)).toBe(true);
    expect(new X509Certificate(first.bundle).ca).toBe(true);
    await operatorCall(mesh, 'POST', '/v1/ca/rotation', {});
    await eventually('the roots of a rotation', () =>
      (got.at(-1)?.svids[0]?.bundle.length ?? 0) > first.bundle.length ? true : undefined,
    );
  });

  it('is for the own user and group, and for calls that carry the header', async () => {
    expect(statSync(order.workloadSocket).mode & 0o777).toBe(0o660);
    const { got, failed } = watch('fetchX509SVID', create(X509SVIDRequestSchema), new grpc.Metadata());
    expect(await eventually('a refusal', failed)).toBe(grpc.status.INVALID_ARGUMENT);
    expect(got).toEqual([]);
  });

  it('has JWTs signed by the control plane and checks them', async () => {
    const request = create(JWTSVIDRequestSchema, { audience: ['ledger'] });
    const { svids } = await unaryCall(client, method.fetchJWTSVID, request, allowed, soon());
    const svid = svids[0]?.svid ?? '';
    const check = (audience: string, text: string) =>
      unaryCall(
        client,
        method.validateJWTSVID,
        create(ValidateJWTSVIDRequestSchema, { audience, svid: text }),
        allowed,
        soon(),
      );
    expect((await check('ledger', svid)).spiffeId).toBe(own);
    const refused = { code: grpc.status.INVALID_ARGUMENT };
    await expect(check('other', svid)).rejects.toMatchObject({ ...refused, details: /another audience/ });
    await expect(check('ledger', `${svid.slice(0, -6)}AAAAAA`)).rejects.toMatchObject(refused);
    await expect(
      unaryCall(client, method.fetchJWTSVID, create(JWTSVIDRequestSchema), allowed, soon()),
    ).rejects.toMatchObject(refused);
    const other = create(JWTSVIDRequestSchema, { audience: ['a'], spiffeId: 'spiffe://cluster.local/ns/shop/sa/user' });
    await expect(unaryCall(client, method.fetchJWTSVID, other, allowed, soon())).rejects.toMatchObject({
      code: grpc.status.PERMISSION_DENIED,
    });
    const { got } = watch<JWTBundlesResponse>('fetchJWTBundles', create(JWTBundlesRequestSchema));
    const keys = await eventually('keys', () => got[0]?.bundles['spiffe://cluster.local']);
    expect(new TextDecoder().decode(keys)).toContain('"use":"jwt-svid"');
  });
});
