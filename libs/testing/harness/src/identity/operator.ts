/** The operator API of a test's mesh: its calls about tokens and the CA. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestMesh } from '../mesh.ts';

export interface OperatorAnswer {
  readonly status: number;
  readonly body: Record<string, unknown>;
}

export async function operatorCall(
  mesh: Pick<TestMesh, 'folder' | 'apiPort'>,
  method: 'GET' | 'POST' | 'DELETE',
  path: string,
  body?: object,
): Promise<OperatorAnswer> {
  const token = readFileSync(join(mesh.folder, 'control-plane', 'operator-token'), 'utf8').trim();
  const answer = await fetch(`http://127.0.0.1:${mesh.apiPort}${path}`, {
    method,
    headers: {
      authorization: `Bearer ${token}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  return { status: answer.status, body: text === '' ? {} : (JSON.parse(text) as Record<string, unknown>) };
}
