/** One bounded HTTP call, its failures told apart. */

import { AdminError, type AdminErrorKind } from './admin-error.ts';
import { asObject, asString, listOf } from './decode.ts';
import { decodeViolation } from './operator/decode.ts';

/** Longest wait for a whole answer where the caller gives none. */
export const requestTimeoutMs = 10_000;
/** Largest answer that is read; a config_dump of some thousand endpoints fits. */
export const answerBytesMax = 64 * 1024 * 1024;

export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

export interface Call {
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly timeoutMs?: number;
}

/**
 * The text of a 2xx answer.
 * @param peer how the error names the other side: "the control plane at http://127.0.0.1:15080".
 * @throws AdminError
 */
export async function callText(fetch: Fetch, call: Call, peer: string): Promise<string> {
  const init: RequestInit = {
    method: call.method,
    headers: { ...call.headers },
    signal: AbortSignal.timeout(call.timeoutMs ?? requestTimeoutMs),
    redirect: 'error',
    ...(call.body === undefined ? {} : { body: call.body }),
  };
  let response: Response;
  let text: string;
  try {
    response = await fetch(call.url, init);
    text = await readBounded(response);
  } catch (cause) {
    if (cause instanceof AdminError) throw cause;
    throw new AdminError('unreachable', `${peer} does not answer`, { cause });
  }
  if (response.ok) return text;
  throw problemOf(response.status, text, peer);
}

/** Like `callText`, parsed. */
export async function callJson(fetch: Fetch, call: Call, peer: string): Promise<unknown> {
  const text = await callText(fetch, call, peer);
  try {
    return JSON.parse(text) as unknown;
  } catch (cause) {
    throw new AdminError('failed', `${peer} answered ${call.method} ${call.url} with something that is not JSON`, {
      cause,
    });
  }
}

async function readBounded(response: Response): Promise<string> {
  const reader = response.body?.getReader();
  if (reader === undefined) return '';
  const decoder = new TextDecoder();
  let text = '';
  let bytes = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return text + decoder.decode();
    bytes += value.byteLength;
    if (bytes > answerBytesMax) {
      await reader.cancel();
      throw new AdminError('failed', `the answer of ${response.url} is over ${answerBytesMax} bytes`);
    }
    text += decoder.decode(value, { stream: true });
  }
}

const kindOfStatus: Readonly<Record<number, AdminErrorKind>> = {
  400: 'invalid',
  401: 'unauthorized',
  403: 'unauthorized',
  404: 'not-found',
  409: 'conflict',
  422: 'invalid',
};

function problemOf(status: number, text: string, peer: string): AdminError {
  const problem = parseProblem(text);
  const said = asString(problem['detail']) || asString(problem['title']) || text.trim().slice(0, 200);
  return new AdminError(
    kindOfStatus[status] ?? 'failed',
    said === '' ? `${peer} answered ${status}` : `${peer} answered ${status}: ${said}`,
    { code: asString(problem['code']), violations: listOf(problem['violations'], decodeViolation) },
  );
}

function parseProblem(text: string): Readonly<Record<string, unknown>> {
  try {
    return asObject(JSON.parse(text));
  } catch {
    return {};
  }
}
