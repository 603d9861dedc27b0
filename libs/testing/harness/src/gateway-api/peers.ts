/** Servers and clients of bytes and of TLS for tests: a server says its name and then what it hears. */

import { request } from 'node:http';
import { createServer, connect as dial, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer, connect as dialTls } from 'node:tls';

export interface Peer {
  readonly port: number;
  close(): Promise<void>;
}

export interface KeyPair {
  readonly certChainPem: string;
  readonly privateKeyPem: string;
}

/** Answers each line with "<name> <line>". */
export function lineServer(name: string, tls?: KeyPair): Promise<Peer> {
  const answer = (socket: Socket): void => {
    socket.on('error', () => {});
    socket.on('data', (chunk) => socket.write(`${name} ${chunk.toString('utf8')}`));
  };
  return listening(
    tls === undefined
      ? createServer(answer)
      : createTlsServer({ cert: tls.certChainPem, key: tls.privateKeyPem }, answer),
  );
}

function listening(server: Server): Promise<Peer> {
  return new Promise((resolve, reject) => {
    server.on('error', reject);
    server.on('tlsClientError', () => {});
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      const port = typeof address === 'object' && address !== null ? address.port : 0;
      resolve({ port, close: () => new Promise((done) => server.close(() => done())) });
    });
  });
}

export interface Said {
  /** What came back; '' where the connection was closed or refused without a word. */
  readonly text: string;
  /** Common name or DNS name of the certificate that was shown; undefined without TLS. */
  readonly names?: string;
}

/** Sends one line and waits for the answer or the end. @param roots given: TLS, with `serverName`. */
export function sayLine(port: number, line: string, tls?: { roots: string; serverName: string }): Promise<Said> {
  return new Promise((resolve) => {
    const socket =
      tls === undefined
        ? dial(port, '127.0.0.1')
        : dialTls({ port, host: '127.0.0.1', ca: tls.roots, servername: tls.serverName });
    const names = (): { names?: string } =>
      'getPeerCertificate' in socket ? { names: socket.getPeerCertificate().subjectaltname ?? '' } : {};
    socket.on(tls === undefined ? 'connect' : 'secureConnect', () => socket.write(`${line}\n`));
    socket.on('error', () => {});
    socket.on('data', (chunk) => {
      resolve({ text: chunk.toString('utf8').trim(), ...names() });
      socket.destroy();
    });
    socket.on('close', () => resolve({ text: '' }));
  });
}

/** The same through an explicit proxy: a tunnel (CONNECT) to `target`, "db.shop:1001". */
export function sayThroughTunnel(proxyPort: number, target: string, line: string): Promise<Said> {
  return new Promise((resolve) => {
    const asking = request({
      host: '127.0.0.1',
      port: proxyPort,
      method: 'CONNECT',
      path: target,
      headers: { host: target },
    });
    asking.on('error', () => resolve({ text: '' }));
    asking.on('connect', (answer, socket) => {
      if (answer.statusCode !== 200) socket.destroy();
      socket.on('error', () => {});
      socket.on('close', () => resolve({ text: '' }));
      socket.on('data', (chunk: Buffer) => {
        resolve({ text: chunk.toString('utf8').trim() });
        socket.destroy();
      });
      socket.write(`${line}\n`);
    });
    asking.end();
  });
}
