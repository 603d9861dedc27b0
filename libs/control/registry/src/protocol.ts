/** Which protocol a port speaks: appProtocol, else the prefix of its name, else TCP. */

import type { Protocol } from './view.ts';

const byAppProtocol: Readonly<Record<string, Protocol>> = {
  http: 'http',
  'kubernetes.io/ws': 'http',
  http2: 'http2',
  'kubernetes.io/h2c': 'http2',
  grpc: 'grpc',
  'grpc-web': 'http',
  mongo: 'tcp',
  mysql: 'tcp',
  redis: 'tcp',
  https: 'https',
  'kubernetes.io/wss': 'https',
  tls: 'tls',
  tcp: 'tcp',
  'linkerd.io/opaque': 'tcp',
  'linkerd.io/tcp': 'tcp',
};

const byPrefix: Readonly<Record<string, Protocol>> = {
  http: 'http',
  http2: 'http2',
  grpc: 'grpc',
  https: 'https',
  tls: 'tls',
  tcp: 'tcp',
  mongo: 'tcp',
  mysql: 'tcp',
  redis: 'tcp',
};

export interface SelectedProtocol {
  readonly protocol: Protocol;
  /** False where neither appProtocol nor the name says it, and TCP was assumed. */
  readonly declared: boolean;
}

/**
 * Istio's order (pilot, kube conversion): appProtocol, then the port name up to its first "-". What is not declared is TCP, and is looked at where connections are captured.
 *
 * @param appProtocol of a Service's port, or `protocol` of a ServiceEntry's.
 */
export function selectProtocol(portName: string, appProtocol?: string): SelectedProtocol {
  const declared = own(byAppProtocol, appProtocol?.toLowerCase() ?? '');
  if (declared !== undefined) return { protocol: declared, declared: true };
  if (/^grpc-web(-|$)/.test(portName.toLowerCase())) return { protocol: 'http', declared: true };
  const prefix = own(byPrefix, portName.toLowerCase().split('-', 1)[0] ?? '');
  return prefix === undefined ? { protocol: 'tcp', declared: false } : { protocol: prefix, declared: true };
}

function own(table: Readonly<Record<string, Protocol>>, key: string): Protocol | undefined {
  return Object.hasOwn(table, key) ? table[key] : undefined;
}
