/** Requests to a Kubernetes API server over one pool of connections: answers and refusals as data, never as exceptions. */

import { Agent as HttpAgent, request as httpRequest, type IncomingMessage, type RequestOptions } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import type { Clock } from '@weft/kernel';
import { kubernetesLimits } from '../limits.ts';
import type { ClusterAccess } from './cluster-access.ts';
import { createLineReader } from './line-reader.ts';

export interface ApiRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** With its query: "/api/v1/services?limit=500". */
  readonly path: string;
  readonly body?: unknown;
  /** Of the body; "application/json" where absent. */
  readonly contentType?: string;
}

/** Status 0: no answer came; `message` says why. Else that of the answer, and what the API server's Status says. */
export interface ApiFailure {
  readonly ok: false;
  readonly status: number;
  readonly reason: string;
  readonly message: string;
}

export type ApiAnswer = { readonly ok: true; readonly body: unknown } | ApiFailure;

export interface WatchReader {
  /** The API server has taken the watch. */
  opened(): void;
  /** Returns false to end the stream. */
  line(line: string): boolean;
}

export interface ApiClient {
  /** Resolves always, within `requestMs`; at once when `signal` is aborted. */
  request(request: ApiRequest, signal?: AbortSignal): Promise<ApiAnswer>;
  /**
   * Hands over each line of a watch. Resolves when the stream is over: ok for one that the API server ended as it should.
   * Ends by itself when nothing came for `silenceMs`.
   */
  watch(path: string, reader: WatchReader, signal: AbortSignal): Promise<ApiAnswer>;
  /** Where requests go, for messages. */
  readonly server: string;
  /** Ends what is under way; requests after it fail. */
  close(): void;
}

export interface ApiClientLimits {
  readonly requestMs: number;
  readonly silenceMs: number;
  readonly answerBytesMax: number;
  readonly lineBytesMax: number;
}

const failed = (message: string): ApiFailure => ({ ok: false, status: 0, reason: '', message });
const keepAliveMs = 30_000;

export function createApiClient(
  access: ClusterAccess,
  clock: Clock,
  limits: ApiClientLimits = kubernetesLimits,
): ApiClient {
  const open = createOpener(access);
  const closing = new AbortController();

  /** Resolves with what `read` makes of the answer, or with the reason why there is none. */
  const exchange = async (
    request: ApiRequest,
    signal: AbortSignal,
    read: (response: IncomingMessage, end: (answer: ApiAnswer) => void, busy: () => void) => void,
    quietMs: number,
  ): Promise<ApiAnswer> => {
    let headers: Record<string, string>;
    try {
      headers = await headersOf(access, request);
    } catch (error) {
      return failed(error instanceof Error ? error.message : String(error));
    }
    return new Promise((resolve) => {
      let cancel = (): void => {};
      let answered: IncomingMessage | undefined;
      const both = AbortSignal.any([signal, closing.signal]);
      const end = (answer: ApiAnswer): void => {
        cancel();
        both.removeEventListener('abort', onAbort);
        resolve(answer);
        // A connection with bytes left cannot carry another request.
        if (answered?.complete !== true) sent.destroy();
      };
      const busy = (): void => {
        cancel();
        cancel = clock.after(quietMs, () => end(failed(`no answer within ${quietMs} ms`)));
      };
      const onAbort = (): void => end(failed('given up'));
      const sent = open(request, headers);
      sent.on('error', (error: NodeJS.ErrnoException) => end(failed(error.message || (error.code ?? 'unreachable'))));
      sent.on('response', (response) => {
        answered = response;
        response.on('error', (error) => end(failed(error.message)));
        response.on('close', () => end(failed('the connection broke')));
        read(response, end, busy);
      });
      both.addEventListener('abort', onAbort);
      busy();
      if (both.aborted) return onAbort();
      sent.end(request.body === undefined ? undefined : JSON.stringify(request.body));
    });
  };

  return {
    server: access.server.origin,
    request: (request, signal = closing.signal) =>
      exchange(request, signal, (response, end) => collect(response, limits.answerBytesMax, end), limits.requestMs),
    watch: (path, reader, signal) =>
      exchange(
        { method: 'GET', path },
        signal,
        (response, end, busy) => {
          if (response.statusCode !== 200) return collect(response, limits.answerBytesMax, end);
          let over = false;
          reader.opened();
          const lines = createLineReader(limits.lineBytesMax, (line) => {
            if (!over && !reader.line(line)) over = true;
          });
          response.on('data', (bytes: Buffer) => {
            busy();
            const fits = lines.take(bytes);
            if (!fits) end(failed(`a line of the watch is longer than ${limits.lineBytesMax} bytes`));
            else if (over) end({ ok: true, body: undefined });
          });
          response.on('end', () => end({ ok: true, body: undefined }));
        },
        limits.silenceMs,
      ),
    close: () => closing.abort(),
  };
}

function createOpener(access: ClusterAccess) {
  const { server, ca, insecure, serverName, clientCertificate } = access;
  const pool = { keepAlive: true, keepAliveMsecs: keepAliveMs };
  const secure = server.protocol === 'https:';
  const agent = secure
    ? new HttpsAgent({
        ...pool,
        ...(ca === undefined ? {} : { ca }),
        ...(serverName === undefined ? {} : { servername: serverName }),
        ...(clientCertificate ?? {}),
        rejectUnauthorized: insecure !== true,
      })
    : new HttpAgent(pool);
  const base = server.pathname.replace(/\/$/, '');
  return (request: ApiRequest, headers: Record<string, string>) => {
    const options: RequestOptions = {
      method: request.method,
      host: server.hostname.replace(/^\[|\]$/g, ''),
      port: server.port || (secure ? 443 : 80),
      path: base + request.path,
      headers,
      agent,
    };
    return secure ? httpsRequest(options) : httpRequest(options);
  };
}

async function headersOf(access: ClusterAccess, request: ApiRequest): Promise<Record<string, string>> {
  const token = await access.token?.();
  return {
    accept: 'application/json',
    'user-agent': 'weft-control-plane',
    ...(request.body === undefined ? {} : { 'content-type': request.contentType ?? 'application/json' }),
    ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
  };
}

function collect(response: IncomingMessage, bytesMax: number, end: (answer: ApiAnswer) => void): void {
  const pieces: Buffer[] = [];
  let held = 0;
  response.on('data', (bytes: Buffer) => {
    held += bytes.length;
    if (held > bytesMax) end(failed(`the answer is larger than ${bytesMax} bytes`));
    else pieces.push(bytes);
  });
  response.on('end', () => end(answerOf(response.statusCode ?? 0, Buffer.concat(pieces).toString('utf8'))));
}

function answerOf(status: number, text: string): ApiAnswer {
  let body: unknown;
  try {
    body = text === '' ? undefined : JSON.parse(text);
  } catch {
    return { ok: false, status, reason: '', message: `answer ${status} is not JSON` };
  }
  return status >= 200 && status < 300 ? { ok: true, body } : failureOf(status, body);
}

/** From a Kubernetes Status, as answers of requests and events of watches carry it. */
export function failureOf(status: number, body: unknown): ApiFailure {
  const { reason, message } = (typeof body === 'object' && body !== null ? body : {}) as Record<string, unknown>;
  return {
    ok: false,
    status,
    reason: typeof reason === 'string' ? reason : '',
    message: typeof message === 'string' ? message.slice(0, 1_000) : `answer ${status}`,
  };
}
