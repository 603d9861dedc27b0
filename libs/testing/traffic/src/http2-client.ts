/** One HTTP/2 stream of the table's client, on a connection of its own. */

import { connect } from 'node:http2';
import { type Answer, addressOf, answerTimeoutMs, bodyOf, fieldsOf } from './answer.ts';
import { openClientSocket } from './tls-client.ts';
import type { CaseRequest } from './traffic-case.ts';

export async function sendHttp2(port: number, request: CaseRequest, id: string): Promise<Answer> {
  const started = performance.now();
  const session = connect(`http://127.0.0.1:${port}`, { createConnection: () => openClientSocket(port, request.tls) });
  let from = '';
  session.on('connect', (_, socket) => {
    from = addressOf(socket);
  });
  session.on('error', () => {});
  const fields = fieldsToSend(request, id);
  // Extended CONNECT may be sent only once the server has allowed it.
  if (fields[':protocol'] !== undefined) await new Promise((resolve) => session.once('remoteSettings', resolve));
  const body = bodyOf(request);
  const trailers = request.trailers ?? [];
  const stream = session.request(fields, {
    endStream: body === '' && trailers.length === 0 && request.tunnel === undefined,
    waitForTrailers: trailers.length > 0,
  });
  if (trailers.length > 0) stream.on('wantTrailers', () => stream.sendTrailers(fieldsOf(trailers)));
  if (body !== '' || trailers.length > 0) stream.end(body, 'latin1');
  const { tunnel } = request;
  return new Promise((resolve) => {
    const statuses: number[] = [];
    let headers: Record<string, string> = {};
    let trailing: Record<string, string> = {};
    let text = '';
    let cut = false;
    const timer = setTimeout(() => stream.close(8), request.leaveAfterMs ?? answerTimeoutMs);
    stream.on('headers', (got) => statuses.push(Number(got[':status'])));
    stream.on('response', (got) => {
      statuses.push(Number(got[':status']));
      headers = flatten(got);
      if (tunnel !== undefined) stream.write(tunnel, 'latin1');
    });
    stream.on('trailers', (got) => {
      trailing = flatten(got);
    });
    stream.setEncoding('latin1');
    stream.on('data', (chunk: string) => {
      text += chunk;
      if (tunnel !== undefined && text.length >= tunnel.length) stream.end();
    });
    stream.on('error', () => {
      cut = true;
    });
    stream.on('close', () => {
      clearTimeout(timer);
      resolve({
        status: statuses.at(-1) ?? 0,
        statuses,
        reset: stream.rstCode === 0 ? undefined : stream.rstCode,
        headers,
        body: cut ? `${text}<cut>` : text,
        trailers: trailing,
        ended: undefined,
        from,
        elapsedMs: performance.now() - started,
        close: () => session.destroy(),
      });
    });
  });
}

function fieldsToSend(request: CaseRequest, id: string): Record<string, string | string[]> {
  const [method = '', target = ''] = request.send.split(' ');
  const fields: Record<string, string | string[]> = { ':method': method, ':authority': request.host ?? 'test.example' };
  const isTunnel = method === 'CONNECT' && !(request.headers ?? []).some((line) => line.startsWith(':protocol:'));
  if (isTunnel) fields[':authority'] = target;
  else fields[':path'] = target;
  if (method === 'CONNECT' && !isTunnel) fields[':scheme'] = 'http';
  fields['x-case'] = id;
  for (const line of request.headers ?? []) {
    const colon = line.indexOf(':', 1);
    const name = line.slice(0, colon).toLowerCase();
    const value = line.slice(colon + 1).trim();
    const before = fields[name];
    fields[name] = before === undefined ? value : [...(Array.isArray(before) ? before : [before]), value];
  }
  return fields;
}

function flatten(fields: Readonly<Record<string, unknown>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(fields)
      .filter(([name]) => !name.startsWith(':'))
      .map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : String(value)]),
  );
}
