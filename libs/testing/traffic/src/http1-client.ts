/** One HTTP/1 connection of the table's client: writes octets, reads every answer on it. */

import type { Socket } from 'node:net';
import { type Answer, addressOf, answerTimeoutMs, bodyOf, fieldsOf, noAnswer } from './answer.ts';
import { openClientSocket } from './tls-client.ts';
import type { CaseRequest } from './traffic-case.ts';

interface Parsed {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly trailers: Readonly<Record<string, string>>;
  /** Where the next answer begins; nothing: this one has not ended. */
  readonly end: number | undefined;
}

/** Between two writes of `raw`, so that they arrive as segments of their own. */
const segmentGapMs = 10;

export async function sendHttp1(port: number, request: CaseRequest, id: string): Promise<Answer> {
  const started = performance.now();
  const socket = openClientSocket(port, request.tls, request.from);
  const segments = typeof request.raw === 'string' ? [request.raw] : (request.raw ?? [headAndBody(request, id)]);
  const method = (segments[0] ?? '').trimStart().split(' ')[0] ?? '';
  let text = '';
  let from = '';
  let tunnelled = false;
  return new Promise((resolve) => {
    let over = false;
    const timers: NodeJS.Timeout[] = [];
    // As clients do, and not after a while: a body that is there already needs no 100.
    let held = /\r\nexpect: 100-continue\r\n/i.test(segments[0] ?? '') ? segments.slice(1) : [];
    const finish = (): void => {
      if (over) return;
      over = true;
      for (const timer of timers) clearTimeout(timer);
      if (tunnelled || request.leaveAfterMs !== undefined) socket.destroy();
      const elapsedMs = performance.now() - started;
      resolve({ ...answerOf(readAnswers(text, method, true)), from, elapsedMs, close: () => void socket.destroy() });
    };
    timers.push(setTimeout(finish, request.leaveAfterMs ?? answerTimeoutMs));
    socket.on('data', (chunk: Buffer) => {
      text += chunk.toString('latin1');
      const answers = readAnswers(text, method, false);
      const last = answers.at(-1);
      if (last?.status === 100) {
        writeSegments(socket, held, id, timers);
        held = [];
      }
      if (last !== undefined && isTunnel(last.status, method) && request.tunnel !== undefined) {
        if (!tunnelled) socket.write(request.tunnel, 'latin1');
        tunnelled = true;
        if (last.body.length >= request.tunnel.length) finish();
      } else if (
        answers.filter(({ status, end }) => isFinal(status) && end !== undefined).length >= (request.answers ?? 1)
      )
        finish();
    });
    socket.on('error', finish);
    socket.on('close', finish);
    socket.on('connect', () => {
      from = addressOf(socket);
      writeSegments(socket, segments.slice(0, segments.length - held.length), id, timers);
    });
  });
}

function writeSegments(socket: Socket, segments: readonly string[], id: string, timers: NodeJS.Timeout[]): void {
  for (const [nth, segment] of segments.entries()) {
    const write = (): void => void socket.write(segment.replaceAll('{id}', id), 'latin1');
    if (nth === 0) write();
    else timers.push(setTimeout(write, nth * segmentGapMs));
  }
}

function headAndBody(request: CaseRequest, id: string): string {
  const [method = '', target = ''] = request.send.split(' ');
  const body = bodyOf(request);
  const trailers = request.trailers ?? [];
  const own = request.headers ?? [];
  const lines = [`${method} ${target} HTTP/1.1`, `Host: ${request.host ?? 'test.example'}`, `x-case: ${id}`, ...own];
  if (trailers.length > 0) lines.push('transfer-encoding: chunked');
  else if (body !== '' && !own.some((line) => /^(content-length|transfer-encoding):/i.test(line)))
    lines.push(`content-length: ${body.length}`);
  const head = `${lines.join('\r\n')}\r\n\r\n`;
  const chunked = `${body.length.toString(16)}\r\n${body}\r\n0\r\n${trailers.map((line) => `${line}\r\n`).join('')}\r\n`;
  return head + (trailers.length > 0 ? chunked : body);
}

function isFinal(status: number): boolean {
  return status >= 200 || status === 101;
}

function isTunnel(status: number, method: string): boolean {
  return status === 101 || (method === 'CONNECT' && status === 200);
}

function answerOf(answers: readonly Parsed[]): Omit<Answer, 'from' | 'elapsedMs' | 'close'> {
  const statuses = answers.map(({ status }) => status);
  const last = answers.at(-1);
  return last === undefined ? noAnswer : { ...last, statuses, reset: undefined, ended: undefined };
}

/** @param closed no more octets come. */
function readAnswers(text: string, method: string, closed: boolean): readonly Parsed[] {
  const answers: Parsed[] = [];
  for (let at: number | undefined = 0; at !== undefined && at < text.length; ) {
    const one = readAnswer(text, at, method, closed);
    if (one === undefined) break;
    answers.push(one);
    at = one.end;
  }
  return answers;
}

function readAnswer(text: string, at: number, method: string, closed: boolean): Parsed | undefined {
  const end = text.indexOf('\r\n\r\n', at);
  if (end < 0) return undefined;
  const status = Number(text.slice(at + 9, at + 12));
  const headers = fieldsOf(text.slice(text.indexOf('\r\n', at) + 2, end).split('\r\n'));
  const from = end + 4;
  const whole = (body: string, next: number | undefined): Parsed => ({
    status,
    headers,
    body,
    trailers: {},
    end: next,
  });
  if (isTunnel(status, method)) return whole(text.slice(from), undefined);
  if (method === 'HEAD' || status < 200 || status === 204 || status === 304) return whole('', from);
  if (headers['transfer-encoding'] === 'chunked') return { status, headers, ...readChunks(text, from) };
  const length = headers['content-length'];
  if (length === undefined) return whole(text.slice(from), closed ? text.length : undefined);
  const body = text.slice(from, from + Number(length));
  return body.length < Number(length) ? whole(`${body}<cut>`, undefined) : whole(body, from + Number(length));
}

function readChunks(text: string, from: number): Pick<Parsed, 'body' | 'trailers' | 'end'> {
  let body = '';
  for (let at = from; ; ) {
    const line = text.indexOf('\r\n', at);
    if (line < 0) break;
    const size = Number.parseInt(text.slice(at, line), 16);
    if (size === 0) {
      const end = text.startsWith('\r\n', line + 2) ? line : text.indexOf('\r\n\r\n', line);
      if (end < 0) break;
      return { body, trailers: fieldsOf(text.slice(line + 2, end).split('\r\n')), end: end + 4 };
    }
    body += text.slice(line + 2, line + 2 + size);
    at = line + 2 + size + 2;
  }
  return { body: `${body}<cut>`, trailers: {}, end: undefined };
}
