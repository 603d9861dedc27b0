import { mkdtempSync, rmSync } from 'node:fs';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadAuthority } from '@weft/control-ca';
import { systemClock } from '@weft/kernel';
import { createLogger } from '@weft/telemetry';
import { expect, it, onTestFinished } from 'vitest';
import type { Address } from '../grpc/listen.ts';
import { reviewBytesMax, webhookPart } from './webhook-server.ts';

const name = 'istiod.istio-system.svc';

async function start() {
  const folder = mkdtempSync(join(tmpdir(), 'weft-webhook-'));
  const authority = await loadAuthority({
    folder,
    trustDomain: 'cluster.local',
    clock: systemClock,
    onNotice: () => {},
  });
  let bound: Address | undefined;
  const part = webhookPart({
    authority,
    names: [name],
    address: { host: '127.0.0.1', port: 0 },
    clock: systemClock,
    logger: createLogger({ name: 'test', level: 'silent' }),
    onBound: (address) => {
      bound = address;
    },
  });
  await part.start?.();
  onTestFinished(async () => {
    await part.stop?.();
    authority.stop();
    rmSync(folder, { recursive: true, force: true });
  });
  const ask = (path: string, body: string): Promise<{ status: number; body: unknown }> =>
    new Promise((resolve, reject) => {
      const sent = request(
        {
          host: '127.0.0.1',
          port: bound?.port,
          path,
          method: 'POST',
          servername: name,
          ca: authority.rootPem,
          agent: false,
        },
        (response) => {
          let text = '';
          response.on('data', (bytes: Buffer) => {
            text += bytes.toString();
          });
          response.on('end', () => resolve({ status: response.statusCode ?? 0, body: JSON.parse(text) }));
        },
      );
      sent.on('error', reject);
      sent.end(body);
    });
  return ask;
}

it('answers an API server that believes our root, by the name of its Service', async () => {
  const ask = await start();
  const object = { apiVersion: 'v1', kind: 'Service', metadata: { name: 'a' }, spec: { ports: [{ port: 0 }] } };
  const review = { apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview', request: { uid: 'u', object } };
  expect(await ask('/validate?timeout=5s', JSON.stringify(review))).toMatchObject({
    status: 200,
    body: { response: { uid: 'u', allowed: false } },
  });
  expect(await ask('/validate', '{')).toMatchObject({ status: 400 });
  expect(await ask('/', '{}')).toMatchObject({ status: 404 });
  expect(await ask('/validate', 'x'.repeat(reviewBytesMax + 1))).toMatchObject({ status: 413 });
});
