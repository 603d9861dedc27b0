/** gRPC check: grpc.health.v1.Health/Check says SERVING. */

import type { CheckedEndpoint, Cluster, GrpcCheck } from '@weft/data-runtime';
import { type CheckResult, passed } from './check-result.ts';
import type { ProbeAnswer, ProbeRequest } from './probe-sender.ts';
import { probeAuthority } from './probe-target.ts';

/** An answer is three octets in its frame of five; more is not it. */
const answerBytesMax = 64;
const serving = 1;

export function grpcRequest(check: GrpcCheck, endpoint: CheckedEndpoint, cluster: Cluster): ProbeRequest {
  return {
    method: 'POST',
    authority: probeAuthority(endpoint, check.authority, cluster),
    target: '/grpc.health.v1.Health/Check',
    fields: ['content-type', 'application/grpc', 'te', 'trailers', 'user-agent', 'Envoy/HC', ...check.headers],
    body: frame(encodeService(check.service)),
    bodyBytesMax: answerBytesMax,
  };
}

export function judgeGrpc({ status, fields, trailers, body }: ProbeAnswer): CheckResult {
  if (status !== 200) return { kind: 'active', reason: `status ${status}` };
  const code = fieldOf(trailers, 'grpc-status') ?? fieldOf(fields, 'grpc-status');
  if (code !== '0') return { kind: 'active', reason: `grpc-status ${code ?? 'missing'}` };
  const said = servingStatus(body);
  if (said !== serving) return { kind: 'active', reason: `serving status ${said ?? 'missing'}` };
  return passed;
}

/** HealthCheckRequest: field 1, the service. */
function encodeService(service: string): Buffer {
  if (service === '') return Buffer.alloc(0);
  const text = Buffer.from(service, 'utf8');
  const head = [0x0a];
  let length = text.length;
  for (; length > 127; length >>>= 7) head.push((length & 127) | 128);
  return Buffer.concat([Buffer.from([...head, length]), text]);
}

function frame(message: Buffer): Buffer {
  const head = Buffer.alloc(5);
  head.writeUInt32BE(message.length, 1);
  return Buffer.concat([head, message]);
}

/** HealthCheckResponse: field 1, the status; left out it is 0 (UNKNOWN). Nothing: no message. */
function servingStatus(body: Buffer): number | undefined {
  if (body.length < 5 || body[0] !== 0 || body.length < 5 + body.readUInt32BE(1)) return undefined;
  return body[5] === 0x08 ? body[6] : 0;
}

function fieldOf(fields: readonly string[], name: string): string | undefined {
  for (let at = 0; at < fields.length; at += 2) if (fields[at] === name) return fields[at + 1];
  return undefined;
}
