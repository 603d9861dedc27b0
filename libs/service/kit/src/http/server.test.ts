import { systemClock } from '@weft/kernel';
import type { FastifyInstance } from 'fastify';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { parseInput } from '../errors/parse.ts';
import { ServiceError } from '../errors/service-error.ts';
import { createLogger } from '../observe/logger.ts';
import { createMetrics } from '../observe/metrics.ts';
import { healthRoutes } from './health.ts';
import { createHttpServer } from './server.ts';

const body = z.strictObject({ items: z.array(z.object({ quantity: z.number().int() })) });

let server: FastifyInstance;
let lines: string[];
let notReady: string | undefined;
beforeEach(() => {
  lines = [];
  notReady = undefined;
  const log = createLogger({
    service: 'order',
    version: 'v1',
    level: 'info',
    destination: { write: (line) => void lines.push(line) },
  });
  const metrics = createMetrics('order', 'v1');
  server = createHttpServer({ log, metrics, clock: systemClock, bodyMax: 100 });
  healthRoutes({ check: async () => notReady }, metrics.registry)(server);
  server.post('/things', async (request) => parseInput(body, 'body', request.body));
  server.get('/refused', async () => {
    throw new ServiceError('email_taken', { cause: new Error('the cause') });
  });
  server.get('/broken', async () => {
    throw new Error('password=hunter2');
  });
});
afterEach(() => server.close());

const post = (payload: string, type = 'application/json') =>
  server.inject({ method: 'POST', url: '/things', headers: { 'content-type': type }, payload });

describe('the HTTP side of a service', () => {
  it('answers every failure with a problem and a stable code', async () => {
    const cases = [
      [await post('{"items": [{"quantity": 1.5}], "more": 1}'), 400, 'request_invalid'],
      [await post('{"items": '), 400, 'json_malformed'],
      [await post(''), 400, 'json_malformed'],
      [await post(JSON.stringify({ items: 'x'.repeat(200) })), 413, 'body_too_large'],
      [await post('a=1', 'application/x-www-form-urlencoded'), 415, 'media_type_unsupported'],
      [await server.inject({ url: '/nowhere' }), 404, 'not_found'],
      [await server.inject({ url: '/refused' }), 409, 'email_taken'],
      [await server.inject({ url: '/broken' }), 500, 'internal'],
    ] as const;
    for (const [answer, status, code] of cases) {
      expect(answer.headers['content-type']).toContain('application/problem+json');
      expect(answer.json()).toMatchObject({ status, code, type: `urn:shop:error:${code}` });
      expect(answer.statusCode).toBe(status);
    }
  });

  it('names every wrong field at once', async () => {
    const answer = await post('{"items": [{"quantity": 1.5}, {}], "more": 1}');
    expect(answer.json().violations.map(({ field }: { field: string }) => field)).toEqual([
      'body.items.0.quantity',
      'body.items.1.quantity',
      'body',
    ]);
  });

  it('tells the client nothing of an unexpected failure but the trace that finds it', async () => {
    const traceId = '0af7651916cd43dd8448eb211c80319c';
    const headers = { traceparent: `00-${traceId}-b7ad6b7169203331-01` };
    const answer = await server.inject({ url: '/broken', headers });
    expect(answer.body).not.toContain('hunter2');
    expect(answer.json()).toMatchObject({ code: 'internal' });
  });

  it('takes bodies of up to its bound', async () => {
    const items = JSON.stringify({ items: [{ quantity: 1 }] });
    expect((await post(items.padEnd(100))).statusCode).toBe(200);
    expect((await post(items.padEnd(101))).statusCode).toBe(413);
  });

  it('takes heads up to 16 KiB', async () => {
    const url = await server.listen({ host: '127.0.0.1', port: 0 });
    const statusOf = async (length: number) => {
      const answer = await fetch(`${url}/health/live`, { headers: { 'x-long': 'x'.repeat(length) } });
      await answer.body?.cancel();
      return answer.status;
    };
    expect(await statusOf(15 * 1024)).toBe(200);
    expect(await statusOf(16 * 1024)).toBe(431);
  });

  it('says whether it lives, whether it is ready and why not, and what it counted', async () => {
    await server.inject({ url: '/refused' });
    expect((await server.inject({ url: '/health/live' })).statusCode).toBe(200);
    expect((await server.inject({ url: '/health/ready' })).statusCode).toBe(200);
    notReady = 'the database does not answer';
    const answer = await server.inject({ url: '/health/ready' });
    expect(answer.statusCode).toBe(503);
    expect(answer.json()).toMatchObject({ reason: 'the database does not answer' });
    const metrics = (await server.inject({ url: '/metrics' })).body;
    expect(metrics).toContain('http_server_request_duration_seconds_count');
    expect(metrics).toMatch(/route="\/refused",status="409"/);
  });

  it('writes one line a request, with its route and status', async () => {
    await server.inject({ url: '/refused?token=secret' });
    const line = lines.map((text) => JSON.parse(text)).find(({ message }) => message === 'request');
    expect(line).toMatchObject({ method: 'GET', route: '/refused', status: 409, traceId: expect.any(String) });
    expect(lines.join('')).not.toContain('secret');
  });
});
