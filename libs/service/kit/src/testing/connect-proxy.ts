/** A proxy as a sidecar is one: it takes CONNECT and absolute-form requests, and knows names that no DNS knows. */

import { createServer, request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';

export interface ConnectProxy {
  readonly url: string;
  /** What clients asked for, in order: "inventory.shop.svc.cluster.local:9090". */
  readonly targets: readonly string[];
  stop(): Promise<void>;
}

/** @param portOf where a name leads to, on loopback; "never" leaves the client without an answer. */
export async function startConnectProxy(portOf: (target: string) => number | 'never'): Promise<ConnectProxy> {
  const targets: string[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '', 'http://unnamed');
    targets.push(url.host);
    const port = portOf(url.host);
    if (port !== 'never') forward(request, response, port, `${url.pathname}${url.search}`);
  });
  server.on('connect', (request, client: Socket) => {
    targets.push(request.url ?? '');
    const port = portOf(request.url ?? '');
    sockets.add(client);
    client.on('error', () => client.destroy());
    if (port !== 'never') tunnel(client, port, sockets);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    targets,
    stop() {
      for (const socket of sockets) socket.destroy();
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

function tunnel(client: Socket, port: number, sockets: Set<Socket>): void {
  const upstream = connect(port, '127.0.0.1', () => {
    client.write('HTTP/1.1 200 OK\r\n\r\n');
    upstream.pipe(client).pipe(upstream);
  });
  sockets.add(upstream);
  upstream.on('error', () => client.end('HTTP/1.1 503 Service Unavailable\r\ncontent-length: 0\r\n\r\n'));
}

function forward(request: IncomingMessage, response: ServerResponse, port: number, path: string): void {
  const { method, headers } = request;
  const upstream = httpRequest({ host: '127.0.0.1', port, path, method, headers, agent: false }, (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.pipe(response);
  });
  upstream.on('error', () => response.writeHead(502).end());
  request.pipe(upstream);
}
