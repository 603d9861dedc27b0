import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createManualClock, systemClock } from '@weft/kernel';
import { describe, expect, it, onTestFinished } from 'vitest';
import { kubernetesLimits } from '../limits.ts';
import { createApiClient } from './api-client.ts';

async function against(listener: RequestListener, clock = systemClock, limits = {}) {
  const server = createServer(listener);
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const { port } = server.address() as AddressInfo;
  const access = { server: new URL(`http://127.0.0.1:${port}/base/`), token: async () => 'secret', namespace: 'x' };
  const client = createApiClient(access, clock, { ...kubernetesLimits, ...limits });
  onTestFinished(() => {
    client.close();
    server.closeAllConnections();
    server.close();
  });
  return client;
}

const noSignal = new AbortController().signal;

describe('a request to an API server', () => {
  it('carries the token and the body below the path of the server', async () => {
    const client = await against((request, response) => {
      const { method, url, headers } = request;
      request.setEncoding('utf8').on('data', (body: string) => {
        response.end(
          JSON.stringify({ method, url, body, token: headers.authorization, type: headers['content-type'] }),
        );
      });
    });
    const sent = {
      method: 'PATCH',
      path: '/api/v1/x',
      body: { a: 1 },
      contentType: 'application/merge-patch+json',
    } as const;
    expect(await client.request(sent)).toEqual({
      ok: true,
      body: {
        method: 'PATCH',
        url: '/base/api/v1/x',
        body: '{"a":1}',
        token: 'Bearer secret',
        type: 'application/merge-patch+json',
      },
    });
  });

  it('that is refused says what the Status of the answer says', async () => {
    const client = await against((_request, response) => {
      response.writeHead(409).end('{"reason":"Conflict","message":"it was changed"}');
    });
    const expected = { ok: false, status: 409, reason: 'Conflict', message: 'it was changed' };
    expect(await client.request({ method: 'GET', path: '/' })).toEqual(expected);
  });

  it('is given up after its time', async () => {
    const clock = createManualClock();
    const client = await against(() => clock.advance(30_000), clock);
    expect(await client.request({ method: 'GET', path: '/' })).toMatchObject({
      ok: false,
      status: 0,
      message: 'no answer within 30000 ms',
    });
  });

  it('reads no answer beyond its bound', async () => {
    const client = await against((_request, response) => response.end('x'.repeat(11)), systemClock, {
      answerBytesMax: 10,
    });
    expect(await client.request({ method: 'GET', path: '/' })).toMatchObject({
      message: 'the answer is larger than 10 bytes',
    });
  });

  it.each<[string, RequestListener, string]>([
    ['is not JSON', (_request, response) => response.end('<html>'), 'answer 200 is not JSON'],
    [
      'breaks off',
      (_request, response) =>
        void response.writeHead(200, { 'content-length': 9 }).write('{', () => response.destroy()),
      'aborted',
    ],
  ])('whose answer %s has failed', async (_what, listener, message) => {
    const client = await against(listener);
    expect(await client.request({ method: 'GET', path: '/' })).toMatchObject({ ok: false, message });
  });

  it('after the client was closed has failed', async () => {
    const client = await against((_request, response) => response.end('{}'));
    client.close();
    expect(await client.request({ method: 'GET', path: '/' })).toMatchObject({ ok: false, message: 'given up' });
  });
});

describe('a watch', () => {
  const watch = async (client: Awaited<ReturnType<typeof against>>, until: (line: string) => boolean = () => true) => {
    const lines: string[] = [];
    const answer = await client.watch(
      '/w',
      {
        opened: () => void lines.push('opened'),
        line(line) {
          lines.push(line);
          return until(line);
        },
      },
      noSignal,
    );
    return { lines, answer };
  };

  it('hands over lines however they are cut', async () => {
    const client = await against((_request, response) => {
      response.write('{"a"');
      response.write(':1}\n\n{"b":"\u00e4');
      response.end('"}\n{"last');
    });
    expect(await watch(client)).toEqual({
      lines: ['opened', '{"a":1}', '{"b":"\u00e4"}'],
      answer: { ok: true, body: undefined },
    });
  });

  it('ends where its reader wants no more', async () => {
    const client = await against((_request, response) => void response.write('1\n2\n3\n'));
    expect(await watch(client, (line) => line !== '2')).toEqual({
      lines: ['opened', '1', '2'],
      answer: { ok: true, body: undefined },
    });
  });

  it('that says nothing for its time is dead', async () => {
    const clock = createManualClock();
    const client = await against((_request, response) => void response.write('1\n'), clock);
    const { answer } = await watch(client, () => {
      queueMicrotask(() => clock.advance(150_000));
      return true;
    });
    expect(answer).toMatchObject({ ok: false, message: 'no answer within 150000 ms' });
  });

  it('ends at a line beyond its bound', async () => {
    const client = await against((_request, response) => void response.write('x'.repeat(11)), systemClock, {
      lineBytesMax: 10,
    });
    expect((await watch(client)).answer).toMatchObject({ message: 'a line of the watch is longer than 10 bytes' });
  });

  it('that is refused was never opened', async () => {
    const client = await against((_request, response) => response.writeHead(410).end('{"reason":"Expired"}'));
    expect(await watch(client)).toMatchObject({ lines: [], answer: { ok: false, status: 410, reason: 'Expired' } });
  });
});
