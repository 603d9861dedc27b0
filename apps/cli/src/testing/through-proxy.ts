/** Requests as an application makes them behind its explicit proxy, and as a stranger makes them past it. */

import { request } from 'node:http';

export interface ProxiedAnswer {
  readonly status: number;
  readonly body: string;
}

const answerTimeoutMs = 10_000;

/** @param port of the proxy on this machine. @param url in absolute form. @throws Error where no answer comes. */
export function callThrough(port: number, url: string): Promise<ProxiedAnswer> {
  return call(port, url, { host: new URL(url).host });
}

/** A request in clear text straight to a port. @throws Error where no answer comes: the port wants TLS. */
export function callDirectly(port: number): Promise<ProxiedAnswer> {
  return call(port, '/', { host: '127.0.0.1' });
}

function call(port: number, path: string, headers: Readonly<Record<string, string>>): Promise<ProxiedAnswer> {
  return new Promise((resolve, reject) => {
    const sent = request(
      // A connection of its own: no pool may hide what a new one meets.
      { host: '127.0.0.1', port, path, headers, agent: false, timeout: answerTimeoutMs },
      (response) => {
        let body = '';
        response.setEncoding('utf8');
        response.on('data', (part: string) => {
          body += part;
        });
        response.on('error', reject);
        response.on('end', () => resolve({ status: response.statusCode ?? 0, body }));
      },
    );
    sent.on('timeout', () => sent.destroy(new Error('no answer in time')));
    sent.on('error', reject);
    sent.end();
  });
}
