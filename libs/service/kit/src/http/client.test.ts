import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { systemClock } from '@weft/kernel';
import { freePort } from '@weft/kernel/testing';
import { afterEach, describe, expect, it } from 'vitest';
import { createHttpClient, type HttpClient, type HttpClientOptions } from './client.ts';

const servers: Server[] = [];
const clients: HttpClient[] = [];
afterEach(() => {
  for (const client of clients.splice(0)) client.stop();
  for (const server of servers.splice(0)) server.close();
});

async function serve(answer: string | undefined): Promise<{ url: string; requests: IncomingMessage[] }> {
  const requests: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    requests.push(request);
    if (answer !== undefined) response.end(answer);
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, requests };
}

function client(options: Omit<HttpClientOptions, 'clock'>): HttpClient {
  const made = createHttpClient({ clock: systemClock, ...options });
  clients.push(made);
  return made;
}

const name = new URL('http://user.shop.svc.cluster.local:8080/.well-known/jwks.json?a=b');

describe('the HTTP client', () => {
  it('asks the proxy in absolute form, and looks up no name but the proxy', async () => {
    const proxy = await serve('keys');
    const answer = await client({ proxy: proxy.url }).get(name, { timeoutMs: 1000 });
    expect(answer).toEqual({ status: 200, body: 'keys' });
    expect(proxy.requests[0]?.url).toBe(name.href);
    expect(proxy.requests[0]?.headers.host).toBe('user.shop.svc.cluster.local:8080');
  });

  it.each(['127.0.0.1', '*', 'example.com, 127.0.0.1'])('goes directly where no_proxy is "%s"', async (noProxy) => {
    const origin = await serve('direct');
    const proxy = await serve('proxied');
    const answer = await client({ proxy: proxy.url, noProxy }).get(new URL(`${origin.url}/x?y=1`), { timeoutMs: 1000 });
    expect(answer.body).toBe('direct');
    expect(origin.requests[0]?.url).toBe('/x?y=1');
  });

  it('exempts whole labels only', async () => {
    const proxy = await serve('proxied');
    const answer = await client({ proxy: proxy.url, noProxy: 'ocal' }).get(name, { timeoutMs: 1000 });
    expect(answer.body).toBe('proxied');
  });

  it('says so when nobody answers in time', async () => {
    const origin = await serve(undefined);
    const outcome = client({}).get(new URL(origin.url), { timeoutMs: 30 });
    await expect(outcome).rejects.toMatchObject({ code: 'dependency_timeout' });
    for (const server of servers) server.closeAllConnections();
  });

  it('says so when nobody listens', async () => {
    const origin = new URL(`http://127.0.0.1:${await freePort()}`);
    await expect(client({}).get(origin, { timeoutMs: 1000 })).rejects.toMatchObject({
      code: 'dependency_unavailable',
    });
  });

  it('refuses an answer over its bound', async () => {
    const origin = await serve('x'.repeat(101));
    await expect(client({ bodyMax: 100 }).get(new URL(origin.url), { timeoutMs: 1000 })).rejects.toMatchObject({
      code: 'dependency_unavailable',
    });
    await expect(client({ bodyMax: 101 }).get(new URL(origin.url), { timeoutMs: 1000 })).resolves.toBeDefined();
  });
});
