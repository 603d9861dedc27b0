/** Protocols of ports, as Istio names them. */

import { z } from 'zod';
import { choice } from './object.ts';
import { writtenAt } from './written.ts';

const served = ['HTTP', 'HTTP2', 'GRPC', 'GRPC-WEB', 'HTTPS', 'TLS', 'TCP', 'MONGO', 'MYSQL', 'REDIS'] as const;
type Served = (typeof served)[number];
/** What these words of Istio stand for here: a listener of UDP is one of TCP, as at Istio's gateways. */
const standIns: Readonly<Record<string, Served>> = { HTTP_PROXY: 'HTTP', UDP: 'TCP' };

/** One of Istio's protocols in upper case, however written. */
export function protocol(api: string) {
  return z
    .string()
    .transform((value) => servedAs(value.toUpperCase()))
    .pipe(choice(api, served));
}

/** The same where none may be given: it becomes "", and is found out by looking. */
export function protocolOrNone(api: string) {
  return z
    .string()
    .transform((value) => servedAs(value.toUpperCase()))
    .pipe(choice(api, [...served, '']));
}

/** The same with UDP told from TCP. */
export function protocolOrUdp(api: string) {
  return z
    .string()
    .transform((value) => value.toUpperCase())
    .transform((word) => (word === 'UDP' ? word : servedAs(word)))
    .pipe(choice(api, [...served, 'UDP', '']));
}

/** Whether a port as written is one of UDP, which no proxy carries. */
export function isUdp(port: unknown): boolean {
  const word = writtenAt(port, 'protocol');
  return typeof word === 'string' && word.toUpperCase() === 'UDP';
}

function servedAs(word: string): string {
  return standIns[word] ?? word;
}

export function isHttpProtocol(name: string): boolean {
  return name === 'HTTP' || name === 'HTTP2' || name === 'GRPC' || name === 'GRPC-WEB';
}

export function isTlsProtocol(name: string): boolean {
  return name === 'HTTPS' || name === 'TLS';
}
