import { type AddressInfo, createServer } from 'node:net';
import { connect } from 'node:tls';
import { describe, expect, it } from 'vitest';
import { clientHelloBytesMax, parseClientHello } from './client-hello.ts';

/** The first octets of a real client. */
async function helloOf(options: { readonly servername?: string; readonly ALPNProtocols?: string[] }): Promise<Buffer> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const got = new Promise<Buffer>((resolve) =>
    server.once('connection', (socket) => {
      socket.once('data', (chunk: Buffer) => {
        resolve(chunk);
        socket.destroy();
      });
    }),
  );
  const client = connect({
    port: (server.address() as AddressInfo).port,
    host: '127.0.0.1',
    rejectUnauthorized: false,
    ...options,
  });
  client.on('error', () => {});
  const hello = await got;
  server.close();
  return hello;
}

describe('a ClientHello', () => {
  it('names the server and the protocols of a real client', async () => {
    const hello = await helloOf({ servername: 'Reviews.Example', ALPNProtocols: ['istio-http/1.1', 'istio'] });
    expect(parseClientHello(hello)).toEqual({ serverName: 'reviews.example', alpn: ['istio-http/1.1', 'istio'] });
  });

  it('may name neither', async () => {
    expect(parseClientHello(await helloOf({}))).toEqual({ serverName: '', alpn: [] });
  });

  it('is incomplete at every octet but the last, and never throws', async () => {
    const hello = await helloOf({ servername: 'a.b', ALPNProtocols: ['h2'] });
    for (let length = 0; length < hello.length; length += 1) {
      expect(parseClientHello(hello.subarray(0, length)), `${length} octets`).toBe('incomplete');
    }
    for (let at = 0; at < hello.length; at += 1) {
      const broken = Buffer.from(hello);
      broken[at] = (broken[at] as number) ^ 0xff;
      expect(() => parseClientHello(broken)).not.toThrow();
    }
  });

  it('is nothing that HTTP begins with, nor longer than the bound', () => {
    expect(parseClientHello(Buffer.from('GET / HTTP/1.1\r\n'))).toBe('other');
    const long = Buffer.from([22, 3, 1, 0xff, 0xff, 1, 0, 0xff, 0xff]);
    expect(clientHelloBytesMax).toBeLessThan(0xffff);
    expect(parseClientHello(long)).toBe('other');
  });

  it('may stand in several records', async () => {
    const hello = await helloOf({ servername: 'split.example' });
    const body = hello.subarray(5);
    const record = (part: Buffer): Buffer =>
      Buffer.concat([Buffer.from([22, 3, 1, part.length >> 8, part.length & 255]), part]);
    const split = Buffer.concat([record(body.subarray(0, 40)), record(body.subarray(40))]);
    expect(parseClientHello(split)).toEqual({ serverName: 'split.example', alpn: [] });
  });
});
