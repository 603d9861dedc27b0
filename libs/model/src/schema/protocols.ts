/** Protocols of ports, as Istio names them. */

import { z } from 'zod';
import { choice } from './object.ts';

const served = ['HTTP', 'HTTP2', 'GRPC', 'GRPC-WEB', 'HTTPS', 'TLS', 'TCP', 'MONGO', 'MYSQL', 'REDIS'] as const;
/** Known to Istio, beside the mesh here. */
const notServed = ['UDP', 'HTTP_PROXY'] as const;

/** One of Istio's protocols in upper case, however written. */
export function protocol(api: string) {
  return z
    .string()
    .transform((value) => value.toUpperCase())
    .pipe(choice(api, served, notServed));
}

/** The same where none may be given: it becomes "", and is found out by looking. */
export function protocolOrNone(api: string) {
  return z
    .string()
    .transform((value) => value.toUpperCase())
    .pipe(choice(api, [...served, ''], notServed));
}

export function isHttpProtocol(name: string): boolean {
  return name === 'HTTP' || name === 'HTTP2' || name === 'GRPC' || name === 'GRPC-WEB';
}

export function isTlsProtocol(name: string): boolean {
  return name === 'HTTPS' || name === 'TLS';
}
