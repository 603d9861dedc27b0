/** One HTTP request on a connection of its own or of an agent: what a test sends and what it gets. */

import { type Agent, request } from 'node:http';

export interface Call {
  readonly port: number;
  /** Origin form, or absolute form for an explicit proxy. */
  readonly target: string;
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly agent?: Agent;
}

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

/** @throws Error when no whole answer comes. */
export function httpCall(call: Call): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const outgoing = request(
      {
        host: '127.0.0.1',
        port: call.port,
        path: call.target,
        method: call.method ?? 'GET',
        headers: { ...call.headers },
        ...(call.agent === undefined ? {} : { agent: call.agent }),
      },
      (incoming) => {
        const chunks: Buffer[] = [];
        incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
        incoming.on('error', reject);
        incoming.on('end', () =>
          resolve({
            status: incoming.statusCode ?? 0,
            headers: incoming.headers,
            body: Buffer.concat(chunks).toString('utf8'),
          }),
        );
      },
    );
    outgoing.on('error', reject);
    outgoing.end(call.body);
  });
}
