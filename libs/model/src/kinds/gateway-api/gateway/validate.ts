/** Rules between the fields of a Gateway API Gateway. */

import { isIP } from 'node:net';
import { fqdnProblem } from '../../../schema/names.ts';
import type { Report, ValidationContext } from '../../definition.ts';
import type { GatewayAddress, GatewayListener, KubernetesGatewaySpec } from './spec.ts';

export function validateKubernetesGateway(spec: KubernetesGatewaySpec, { report, warn }: ValidationContext): void {
  const names = new Set<string>();
  const places = new Map<string, string>();
  spec.listeners.forEach((listener, index) => {
    const path = `spec.listeners[${index}]`;
    if (names.has(listener.name)) report(`${path}.name`, `duplicate listener ${JSON.stringify(listener.name)}`);
    names.add(listener.name);
    const place = `${listener.port} ${listener.protocol} ${listener.hostname ?? ''}`;
    const first = places.get(place);
    if (first !== undefined) {
      report(
        path,
        `port, protocol and hostname are those of the listener ${JSON.stringify(first)}; one of them must differ`,
      );
    }
    places.set(place, first ?? listener.name);
    validateListener(listener, path, report, warn);
  });
  spec.addresses?.forEach((address, index) => {
    validateAddress(address, `spec.addresses[${index}]`, report);
  });
}

function validateListener(
  { protocol, hostname, tls, allowedRoutes }: GatewayListener,
  path: string,
  report: Report,
  warn: Report,
): void {
  if (protocol === 'TCP' && hostname !== undefined) report(`${path}.hostname`, 'a TCP listener knows no host names');
  const encrypted = protocol === 'HTTPS' || protocol === 'TLS';
  if (!encrypted && tls !== undefined) report(`${path}.tls`, `a listener of protocol ${protocol} has no tls`, 'key');
  if (encrypted && tls === undefined) {
    if (protocol === 'HTTPS') warn(path, 'without tls.certificateRefs this listener cannot be served');
    else report(path, 'a listener of protocol TLS needs tls.mode');
  }
  const mode = tls?.mode ?? 'Terminate';
  if (protocol === 'HTTPS' && mode !== 'Terminate')
    report(`${path}.tls.mode`, 'HTTPS is always terminated; for Passthrough write protocol: TLS');
  const bare = Object.keys(tls?.options ?? {}).length === 0;
  if (encrypted && tls !== undefined && mode === 'Terminate' && (tls.certificateRefs ?? []).length === 0 && bare) {
    report(`${path}.tls`, 'certificateRefs or options are required to terminate TLS', 'key');
  }
  const { from, selector } = allowedRoutes?.namespaces ?? {};
  if (from === 'Selector' && selector === undefined) {
    report(`${path}.allowedRoutes.namespaces`, 'from: Selector needs a selector', 'key');
  }
  if (from !== 'Selector' && selector !== undefined) {
    warn(`${path}.allowedRoutes.namespaces.selector`, 'the selector is read with from: Selector only', 'key');
  }
}

function validateAddress({ type = 'IPAddress', value }: GatewayAddress, path: string, report: Report): void {
  if (value === undefined || value === '') return;
  if (type === 'IPAddress' && isIP(value) === 0)
    report(`${path}.value`, `${JSON.stringify(value)} is not an IP address`);
  const problem = type === 'Hostname' ? fqdnProblem(value) : undefined;
  if (problem !== undefined) report(`${path}.value`, problem);
}
