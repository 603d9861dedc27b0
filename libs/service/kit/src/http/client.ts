/** Calls to other services over HTTP, through the proxy that `http_proxy` names: Node's fetch does not know it. */

import { Agent, request as httpRequest } from 'node:http';
import type { Clock } from '@weft/kernel';
import { deadline, ResilienceError, runUnder } from '@weft/service-resilience';
import { injectTrace } from '@weft/service-tracing';
import { ServiceError } from '../errors/service-error.ts';

export interface HttpClientOptions {
  readonly clock: Clock;
  /** Value of `http_proxy`; requests then go to it in absolute form. */
  readonly proxy?: string | undefined;
  /** Value of `no_proxy`: host suffixes, separated by commas, "*" for all. */
  readonly noProxy?: string | undefined;
  readonly connectionsMax?: number;
  /** Bytes of an answer's body. */
  readonly bodyMax?: number;
}

export interface HttpAnswer {
  readonly status: number;
  readonly body: string;
}

export interface HttpClient {
  /** @throws ServiceError `dependency_unavailable`, `dependency_timeout` */
  get(url: URL, options: { readonly timeoutMs: number }): Promise<HttpAnswer>;
  /** Closes idle connections. */
  stop(): void;
}

export function createHttpClient(options: HttpClientOptions): HttpClient {
  const { clock, proxy, noProxy, connectionsMax = 16, bodyMax = 256 * 1024 } = options;
  const agent = new Agent({ keepAlive: true, maxSockets: connectionsMax, maxFreeSockets: 2 });
  const proxyUrl = proxy === undefined || proxy === '' ? undefined : new URL(proxy);
  return {
    get: (url, { timeoutMs }) => {
      const via = proxyUrl !== undefined && !isExempt(url.hostname, noProxy) ? proxyUrl : undefined;
      const policy = deadline({ timeoutMs, clock });
      return runUnder(policy, ({ signal }) => get({ url, via, agent, signal, bodyMax })).catch((cause: unknown) => {
        const late = cause instanceof ResilienceError;
        const code = late ? 'dependency_timeout' : 'dependency_unavailable';
        throw new ServiceError(code, { detail: `${url.hostname} did not answer`, cause });
      });
    },
    stop: () => agent.destroy(),
  };
}

interface Get {
  readonly url: URL;
  readonly via: URL | undefined;
  readonly agent: Agent;
  readonly signal: AbortSignal;
  readonly bodyMax: number;
}

function get({ url, via, agent, signal, bodyMax }: Get): Promise<HttpAnswer> {
  const { traceparent, tracestate } = injectTrace();
  const to = via ?? url;
  return new Promise((resolve, reject) => {
    const request = httpRequest(
      {
        host: to.hostname,
        port: to.port === '' ? 80 : Number(to.port),
        path: via === undefined ? `${url.pathname}${url.search}` : url.href,
        headers: {
          host: url.host,
          accept: 'application/json',
          ...(traceparent === undefined ? {} : { traceparent }),
          ...(tracestate === undefined ? {} : { tracestate }),
        },
        agent,
        signal,
      },
      (answer) => {
        const chunks: Buffer[] = [];
        let size = 0;
        answer.on('data', (chunk: Buffer) => {
          size += chunk.length;
          if (size > bodyMax) answer.destroy(new Error(`the answer is over ${bodyMax} bytes`));
          else chunks.push(chunk);
        });
        answer.on('error', reject);
        answer.on('end', () =>
          resolve({ status: answer.statusCode ?? 0, body: Buffer.concat(chunks).toString('utf8') }),
        );
      },
    );
    request.on('error', reject);
    request.end();
  });
}

function isExempt(host: string, noProxy: string | undefined): boolean {
  return (noProxy ?? '')
    .split(',')
    .map((entry) => entry.trim().replace(/^\*?\./, ''))
    .some((entry) => entry !== '' && (entry === '*' || host === entry || host.endsWith(`.${entry}`)));
}
