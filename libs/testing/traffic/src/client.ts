/** The client of the table: octets over HTTP/1.1, or node:http2; both report what came, raw. */

import { connect as connectHttp2 } from 'node:http2';
import { connect, type Socket } from 'node:net';
import type { CaseRequest } from './traffic-case.ts';

export interface Answer {
  /** 0: closed without an answer. */
  readonly status: number;
  /** Lower case; several of a name joined with ", ". */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly trailers: Readonly<Record<string, string>>;
  readonly elapsedMs: number;
}

/** An answer that has not ended by then counts as status -1. */
export const answerTimeoutMs = 15_000;

export async function send(port: number, request: CaseRequest, id: string): Promise<Answer> {
  return request.http2 === true ? sendHttp2(port, request, id) : sendHttp1(port, request, id);
}

function bodyOf(request: CaseRequest): string {
  return request.body ?? (request.bodyBytes === undefined ? '' : 'x'.repeat(request.bodyBytes));
}

async function sendHttp1(port: number, request: CaseRequest, id: string): Promise<Answer> {
  const started = performance.now();
  const socket = connect({ port, host: '127.0.0.1', noDelay: true });
  const parts: Buffer[] = [];
  const method = request.send.slice(0, request.send.indexOf(' '));
  return new Promise((resolve) => {
    let over = false;
    const finish = (broken: boolean): void => {
      if (over) return;
      over = true;
      clearTimeout(timer);
      socket.destroy();
      resolve({
        ...parseAnswer(Buffer.concat(parts).toString('latin1'), broken),
        elapsedMs: performance.now() - started,
      });
    };
    const timer = setTimeout(() => finish(true), answerTimeoutMs);
    socket.on('data', (chunk: Buffer) => {
      parts.push(chunk);
      if (isWhole(Buffer.concat(parts).toString('latin1'), method)) finish(false);
    });
    socket.on('error', () => finish(true));
    socket.on('close', () => finish(true));
    socket.on('connect', () => writeHttp1(socket, request, id));
  });
}

function writeHttp1(socket: Socket, request: CaseRequest, id: string): void {
  if (request.raw !== undefined) {
    socket.write(request.raw.replaceAll('{id}', id), 'latin1');
    return;
  }
  const [method = '', target = ''] = request.send.split(' ');
  const body = bodyOf(request);
  const trailers = request.trailers ?? [];
  const lines = [
    `${method} ${target} HTTP/1.1`,
    `Host: ${request.host ?? 'test.example'}`,
    `x-case: ${id}`,
    ...(request.headers ?? []),
  ];
  if (trailers.length > 0) lines.push('transfer-encoding: chunked');
  else if (body !== '') lines.push(`content-length: ${body.length}`);
  const head = `${lines.join('\r\n')}\r\n\r\n`;
  const chunked = `${body.length.toString(16)}\r\n${body}\r\n0\r\n${trailers.map((line) => `${line}\r\n`).join('')}\r\n`;
  socket.write(head + (trailers.length > 0 ? chunked : body), 'latin1');
}

function isWhole(text: string, method: string): boolean {
  const end = text.indexOf('\r\n\r\n');
  if (end < 0) return false;
  const status = Number(text.slice(9, 12));
  if (status < 200 && status !== 101) return isWhole(text.slice(end + 4), method);
  const head = text.slice(0, end).toLowerCase();
  if (method === 'HEAD' || status === 204 || status === 304 || status === 101) return true;
  const length = /\r\ncontent-length: (\d+)/.exec(head)?.[1];
  if (length !== undefined) return text.length >= end + 4 + Number(length);
  return (
    head.includes('transfer-encoding: chunked') && /(?:^|\r\n)0\r\n(?:[^\r\n]+\r\n)*\r\n$/.test(text.slice(end + 4))
  );
}

function parseAnswer(text: string, broken: boolean): Omit<Answer, 'elapsedMs'> {
  const end = text.indexOf('\r\n\r\n');
  if (end < 0) return { status: 0, headers: {}, body: '', trailers: {} };
  const status = Number(text.slice(9, 12));
  if (status < 200 && status !== 101) return parseAnswer(text.slice(end + 4), broken);
  const headers = parseFields(text.slice(text.indexOf('\r\n') + 2, end));
  const rest = text.slice(end + 4);
  if (headers['transfer-encoding'] !== 'chunked') {
    const short = broken && rest.length < Number(headers['content-length'] ?? 0);
    return { status, headers: headers, body: short ? `${rest}<cut>` : rest, trailers: {} };
  }
  return { status, headers, ...parseChunks(rest) };
}

function parseChunks(text: string): { readonly body: string; readonly trailers: Readonly<Record<string, string>> } {
  let body = '';
  let at = 0;
  for (;;) {
    const line = text.indexOf('\r\n', at);
    if (line < 0) return { body: `${body}<cut>`, trailers: {} };
    const size = Number.parseInt(text.slice(at, line), 16);
    if (size === 0) return { body, trailers: parseFields(text.slice(line + 2).trimEnd()) };
    body += text.slice(line + 2, line + 2 + size);
    at = line + 2 + size + 2;
  }
}

function parseFields(text: string): Record<string, string> {
  const fields: Record<string, string> = {};
  for (const line of text.split('\r\n')) {
    const colon = line.indexOf(':');
    if (colon < 0) continue;
    const name = line.slice(0, colon).toLowerCase();
    const value = line.slice(colon + 1).trim();
    fields[name] = fields[name] === undefined ? value : `${fields[name]}, ${value}`;
  }
  return fields;
}

async function sendHttp2(port: number, request: CaseRequest, id: string): Promise<Answer> {
  const started = performance.now();
  const session = connectHttp2(`http://127.0.0.1:${port}`);
  session.on('error', () => {});
  const [method = '', target = ''] = request.send.split(' ');
  const headers: Record<string, string | string[]> = {
    ':method': method,
    ':path': target,
    ':authority': request.host ?? 'test.example',
    'x-case': id,
  };
  for (const line of request.headers ?? []) {
    const colon = line.indexOf(':');
    headers[line.slice(0, colon).toLowerCase()] = line.slice(colon + 1).trim();
  }
  const body = bodyOf(request);
  const trailers = request.trailers ?? [];
  const stream = session.request(headers, {
    endStream: body === '' && trailers.length === 0,
    waitForTrailers: trailers.length > 0,
  });
  if (trailers.length > 0) stream.on('wantTrailers', () => stream.sendTrailers(parseFields(trailers.join('\r\n'))));
  if (body !== '' || trailers.length > 0) stream.end(body, 'latin1');
  return new Promise((resolve) => {
    let status = 0;
    let answered: Record<string, string> = {};
    let trailing: Record<string, string> = {};
    let text = '';
    let cut = false;
    const timer = setTimeout(() => stream.close(8), answerTimeoutMs);
    stream.on('response', (fields) => {
      status = Number(fields[':status']);
      answered = flatten(fields);
    });
    stream.on('trailers', (fields) => {
      trailing = flatten(fields);
    });
    stream.setEncoding('latin1');
    stream.on('data', (chunk: string) => {
      text += chunk;
    });
    stream.on('error', () => {
      cut = true;
    });
    stream.on('close', () => {
      clearTimeout(timer);
      session.destroy();
      resolve({
        status,
        headers: answered,
        body: cut ? `${text}<cut>` : text,
        trailers: trailing,
        elapsedMs: performance.now() - started,
      });
    });
  });
}

function flatten(fields: Readonly<Record<string, unknown>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(fields)
      .filter(([name]) => !name.startsWith(':'))
      .map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : String(value)]),
  );
}
