/** A proxy receives what its own identity may see, whatever names it asks for. */

import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { xdsTypes } from '@weft/xds-protocol';
import { expect, it } from 'vitest';
import { usePlaneBench } from './testing/plane-bench.ts';

const { connect, make, root, until } = usePlaneBench();

const bank = `
apiVersion: v1
kind: Secret
metadata: { name: bank-cert, namespace: bank }
data: { tls.crt: Y2VydA==, tls.key: a2V5, ca.crt: Y2E= }
---
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: { name: door, namespace: bank }
spec:
  selector: { app: echo }
  servers:
    - port: { number: 443, name: https, protocol: HTTPS }
      hosts: ['*']
      tls: { mode: SIMPLE, credentialName: bank-cert }
`;

it.each([
  ['by name', ['bank-cert', 'bank-cert-cacert']],
  ["by Istio's name", ['kubernetes://bank-cert', 'kubernetes://bank-cert-cacert']],
  ['with its namespace', ['kubernetes://bank/bank-cert', 'kubernetes-gateway://bank/bank-cert']],
  ['all', ['*']],
])('a secret of another namespace is not there for a proxy that asks for it %s', async (_how, names) => {
  await writeFile(join(root(), 'mesh', 'bank.yaml'), bank);
  const plane = make();
  await plane.start();
  const { client, updates } = await connect(plane, 'echo');
  client.subscribe(xdsTypes.SDS, names.includes('*') ? '*' : names);
  await until(() => updates.some(({ typeUrl }) => typeUrl === xdsTypes.SDS));
  const told = updates.filter(({ typeUrl }) => typeUrl === xdsTypes.SDS);
  expect(told.flatMap(({ changed }) => changed.map(({ name }) => name)).filter((name) => /bank/.test(name))).toEqual(
    [],
  );
  expect(JSON.stringify(updates, (_key, value) => (typeof value === 'bigint' ? String(value) : value))).not.toContain(
    'a2V5',
  );
  if (!names.includes('*')) expect(told[0]?.removed.toSorted()).toEqual(names.toSorted());
});
