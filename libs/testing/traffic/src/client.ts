/** The client of the table: octets over HTTP/1, node:http2, HTTP/2 fields as they are, or bytes; all report what came. */

import type { Answer } from './answer.ts';
import { sendHttp1 } from './http1-client.ts';
import { sendHttp2 } from './http2-client.ts';
import { sendHttp2Raw } from './http2-raw.ts';
import { talk } from './tcp-client.ts';
import type { CaseRequest } from './traffic-case.ts';

/** @param id value of `x-case`. */
export async function send(port: number, request: CaseRequest, id: string): Promise<Answer> {
  if (request.talk !== undefined) return talk(port, request.talk, id);
  if (request.fields !== undefined) return sendHttp2Raw(port, request, id);
  return request.http2 === true ? sendHttp2(port, request, id) : sendHttp1(port, request, id);
}
