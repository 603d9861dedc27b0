/** Rules between the outbound listeners of a Sidecar, and between the hosts of each. */

import { unixPrefix } from '../../schema/addresses.ts';
import type { Report, ValidationContext } from '../definition.ts';
import type { SidecarEgress } from './spec.ts';

export function validateEgress(egress: readonly SidecarEgress[], { report, warn, metadata }: ValidationContext): void {
  const ports = new Set<number>();
  const sockets = new Set<string>();
  egress.forEach((listener, index) => {
    const path = `spec.egress[${index}]`;
    if (listener.port === undefined) {
      if (index !== egress.length - 1) report(path, 'a listener without port takes what is left; it must be the last');
    } else {
      validateListener(listener, listener.port.number, path, report);
      const bind = listener.bind ?? '';
      if (listener.port.number === 0) {
        if (sockets.has(bind)) report(`${path}.bind`, `${JSON.stringify(bind)} has a listener already`);
        sockets.add(bind);
      } else if (ports.has(listener.port.number)) {
        report(`${path}.port.number`, `port ${listener.port.number} has a listener already`);
      }
      ports.add(listener.port.number);
    }
    if (listener.hosts.length === 0) report(`${path}.hosts`, 'at least one host is required', 'key');
    warnOfRepeatedHosts(listener.hosts, metadata.namespace, `${path}.hosts`, warn);
  });
}

function validateListener({ bind, captureMode }: SidecarEgress, number: number, path: string, report: Report): void {
  const isUnix = bind?.startsWith(unixPrefix) === true;
  if (number === 0 && !isUnix)
    report(`${path}.port`, 'port 0 needs a Unix socket as bind: "unix://" and an absolute path', 'key');
  if (number !== 0 && isUnix) report(`${path}.bind`, 'a Unix socket as bind needs port 0');
  if (number === 0 && captureMode === 'IPTABLES')
    report(`${path}.captureMode`, 'nothing can be captured for a Unix socket: use NONE');
}

function warnOfRepeatedHosts(hosts: readonly string[], own: string, path: string, warn: Report): void {
  const byNamespace = new Map<string, Set<string>>();
  hosts.forEach((entry, index) => {
    const [written = '', host = ''] = entry.split('/', 2);
    const namespace = written === '.' ? own : written;
    const seen = byNamespace.get(namespace) ?? new Set<string>();
    byNamespace.set(namespace, seen);
    const repeated = host === '*' ? seen.size > 0 : seen.has(host) || seen.has('*');
    if (repeated) warn(`${path}[${index}]`, `${JSON.stringify(entry)} names hosts that others of the list name too`);
    seen.add(host);
  });
  if (byNamespace.get('*')?.has('*') === true && byNamespace.size > 1)
    warn(path, '"*/*" is everything already; the other hosts have no effect', 'key');
}
