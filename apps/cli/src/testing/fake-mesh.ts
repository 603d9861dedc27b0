/** A control plane and a sidecar that answer as written, for tests of the command line. */

import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';

export interface FakeAnswer {
  readonly status?: number;
  readonly body?: unknown;
  /** Instead of `body`, as it is. */
  readonly text?: string;
}

export interface FakeServer {
  readonly address: string;
  /** "GET /v1/status" in the order of arrival. */
  readonly calls: string[];
  /** Bodies of the calls, same order. */
  readonly bodies: string[];
  close(): void;
}

/** @param answers by "METHOD /path", without the query. */
export async function startFake(answers: Readonly<Record<string, FakeAnswer>>): Promise<FakeServer> {
  const calls: string[] = [];
  const bodies: string[] = [];
  const server: Server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      calls.push(`${request.method} ${request.url}`);
      bodies.push(Buffer.concat(chunks).toString());
      const answer = answers[`${request.method} ${request.url?.split('?')[0]}`] ?? {
        status: 404,
        body: { code: 'none' },
      };
      response.writeHead(answer.status ?? 200, { 'content-type': 'application/json' });
      response.end(answer.text ?? (answer.body === undefined ? '' : JSON.stringify(answer.body)));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    ...{ address: `127.0.0.1:${port}`, calls, bodies },
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}

/** The operator's token, where the command line looks for it. */
export function writeToken(dir: string): void {
  mkdirSync(join(dir, 'control-plane'), { recursive: true });
  writeFileSync(join(dir, 'control-plane', 'operator-token'), 'secret\n');
}

const synced = { state: 'SYNCED', version: '1', error: '' };

export function fakeProxy(group: string, admin: string, error = ''): unknown {
  const [namespace = '', name = ''] = group.split('/');
  const types = {
    CDS: synced,
    EDS: synced,
    LDS: synced,
    RDS: error === '' ? synced : { state: 'ERROR', version: '1', error },
  };
  return {
    id: `sidecar~127.0.0.1~${name}-1.${namespace}~${namespace}.svc.cluster.local`,
    ...{
      type: 'sidecar',
      workloadGroup: group,
      namespace,
      serviceAccount: name.replace(/-v\d$/, ''),
      address: '127.0.0.1',
      admin,
    },
    ...{ connectedAt: '2026-01-01T00:00:00Z', healthy: true, types },
  };
}
