import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { AdminError } from '../admin-error.ts';
import { answerBytesMax } from '../request.ts';
import { createOperatorClient, type OperatorClient } from './client.ts';

let server: Server | undefined;

afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

async function clientOf(handle: (request: IncomingMessage, response: ServerResponse) => void): Promise<OperatorClient> {
  const started = createServer(handle);
  server = started;
  await new Promise<void>((resolve) => started.listen(0, '127.0.0.1', resolve));
  const { port } = started.address() as AddressInfo;
  return createOperatorClient({ baseUrl: `http://127.0.0.1:${port}`, token: () => 'secret\n', timeoutMs: 2000 });
}

async function failureOf(promise: Promise<unknown>): Promise<AdminError> {
  const error = await promise.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (error instanceof AdminError) return error;
  throw new Error('expected an AdminError');
}

test('sends the token without its line end and decodes the proxies', async () => {
  let authorization = '';
  const client = await clientOf((request, response) => {
    authorization = request.headers.authorization ?? '';
    response.end(JSON.stringify({ proxies: [{ id: 'a', types: { CDS: { state: 'SYNCED', version: '1' } } }] }));
  });
  const [proxy] = await client.proxies();
  expect(authorization).toBe('Bearer secret');
  expect(proxy?.types.CDS).toEqual({ state: 'SYNCED', version: '1', error: '' });
  expect(proxy?.types.RDS.state).toBe('NOT SENT');
});

test('a refused document carries its violations', async () => {
  const client = await clientOf((_, response) => {
    response.writeHead(422, { 'content-type': 'application/problem+json' });
    response.end(
      JSON.stringify({
        code: 'config_invalid',
        violations: [{ file: 'a.yaml', line: 3, column: 5, path: 'spec', message: 'no' }],
      }),
    );
  });
  const error = await failureOf(client.apply('kind: X'));
  expect(error.kind).toBe('invalid');
  expect(error.violations).toEqual([{ file: 'a.yaml', line: 3, column: 5, path: 'spec', message: 'no' }]);
});

test('tells a wrong token, a missing resource and a conflict apart', async () => {
  const statuses = [401, 404, 409, 500];
  const client = await clientOf((_, response) => {
    response.writeHead(statuses.shift() ?? 200).end('{}');
  });
  const kinds = [];
  for (let i = 0; i < 4; i++) kinds.push((await failureOf(client.remove('Service', 'shop', 'x'))).kind);
  expect(kinds).toEqual(['unauthorized', 'not-found', 'conflict', 'failed']);
});

test('nobody listening is unreachable', async () => {
  const client = createOperatorClient({ baseUrl: 'http://127.0.0.1:1', token: () => 'x' });
  expect((await failureOf(client.version())).kind).toBe('unreachable');
});

test('stops reading an answer that is over its bound', async () => {
  const mebibyte = new Uint8Array(1024 * 1024).fill(0x20);
  let read = 0;
  const endless = new ReadableStream<Uint8Array>({
    pull(controller) {
      read += mebibyte.byteLength;
      controller.enqueue(mebibyte);
    },
  });
  const fetch = async () => new Response(endless);
  const client = createOperatorClient({ baseUrl: 'http://127.0.0.1:1', token: () => 'secret', fetch });
  const error = await failureOf(client.status());
  expect([error.kind, error.message]).toEqual(['failed', expect.stringContaining(`over ${answerBytesMax} bytes`)]);
  expect(read).toBeLessThan(answerBytesMax + 8 * mebibyte.byteLength);
});
