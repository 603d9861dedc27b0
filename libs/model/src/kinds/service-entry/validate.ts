/** Rules between the fields of a ServiceEntry (Istio: pkg/config/validation). */

import { isIP } from 'node:net';
import { unixPrefix } from '../../schema/addresses.ts';
import { refuseDryRun } from '../../schema/dry-run.ts';
import { validateExportTo } from '../../schema/export-to.ts';
import { fqdnProblem, isPartialWildcard } from '../../schema/names.ts';
import { isHttpProtocol, isTlsProtocol, isUdp } from '../../schema/protocols.ts';
import { checkSelector } from '../../schema/selectors.ts';
import { writtenAt } from '../../schema/written.ts';
import type { Report, ValidationContext } from '../definition.ts';
import { validateWorkload } from '../workload-entry/validate.ts';
import { dynamicDns } from './schema.ts';
import type { ServiceEntrySpec } from './spec.ts';

export function validateServiceEntry(spec: ServiceEntrySpec, context: ValidationContext): void {
  const { report, warn } = context;
  refuseDryRun(context);
  validateHosts(spec, report, warn);
  validatePorts(spec, context);
  checkSelector(spec.workloadSelector?.labels, 'spec.workloadSelector', warn);
  if (spec.workloadSelector !== undefined && (spec.endpoints?.length ?? 0) > 0)
    report('spec.workloadSelector', 'only one of workloadSelector and endpoints may be given', 'key');
  validateResolution(spec, report, warn);
  validateDynamicDns(spec, context);
  validateEndpoints(spec, context);
  validateExportTo(spec.exportTo, context, { none: true });
}

const isDns = ({ resolution }: ServiceEntrySpec): boolean => resolution === 'DNS' || resolution === 'DNS_ROUND_ROBIN';

function validateHosts(spec: ServiceEntrySpec, report: Report, warn: Report): void {
  if (spec.hosts.length === 0) report('spec.hosts', 'at least one host is required');
  spec.hosts.forEach((host, index) => {
    const path = `spec.hosts[${index}]`;
    if (isPartialWildcard(host)) warn(path, `${JSON.stringify(host)}: a wildcard should be the whole first label`);
    if (isDns(spec) && (spec.endpoints ?? []).length === 0 && fqdnProblem(host) !== undefined)
      report(path, `resolution ${spec.resolution} without endpoints needs a host without wildcard`);
  });
}

function validatePorts(spec: ServiceEntrySpec, { report, warn, metadata, written }: ValidationContext): void {
  const { places, datagrams } = placesOfPorts(written);
  for (const index of datagrams) warn(`spec.ports[${index}]`, 'a port of UDP is left out: no proxy carries it', 'key');
  const names = new Set<string>();
  const numbers = new Set<number>();
  const hasAddress =
    (spec.addresses ?? []).length > 0 ||
    (spec.resolution !== 'NONE' && metadata.labels['networking.istio.io/enable-autoallocate-ip'] !== 'false');
  spec.ports.forEach((port, position) => {
    const path = `spec.ports[${places[position] ?? position}]`;
    if (names.has(port.name)) report(`${path}.name`, `duplicate port name ${JSON.stringify(port.name)}`);
    if (numbers.has(port.number)) report(`${path}.number`, `duplicate port ${port.number}`);
    names.add(port.name);
    numbers.add(port.number);
    if (!hasAddress && (port.protocol === 'TCP' || port.protocol === ''))
      warn(path, 'a port of TCP, or of no protocol, is told from others by address: give addresses', 'key');
  });
  const opaque = spec.ports.findIndex(({ protocol }) => !isHttpProtocol(protocol) && !isTlsProtocol(protocol));
  const lumped = opaque >= 0 ? places[opaque] : datagrams[0];
  const isNone = spec.resolution === 'NONE' && writtenAt(written, 'resolution') !== dynamicDns;
  if (!isNone && spec.hosts.length > 1 && lumped !== undefined)
    report(
      `spec.ports[${lumped}]`,
      'several hosts need ports of HTTP or TLS: nothing else says which one is meant',
      'key',
    );
}

/** Where the ports that are left, and those of UDP, stand in the list as written. */
function placesOfPorts(written: unknown): {
  readonly places: readonly number[];
  readonly datagrams: readonly number[];
} {
  const ports = writtenAt(written, 'ports');
  const all: readonly unknown[] = Array.isArray(ports) ? ports : [];
  const indices = [...all.keys()];
  return {
    places: indices.filter((index) => !isUdp(all[index])),
    datagrams: indices.filter((index) => isUdp(all[index])),
  };
}

function validateResolution(spec: ServiceEntrySpec, report: Report, warn: Report): void {
  const { resolution, addresses = [], endpoints = [] } = spec;
  if (resolution === 'NONE') {
    if (endpoints.length > 0) report('spec.endpoints', 'resolution NONE takes no endpoints', 'key');
    if (spec.workloadSelector !== undefined)
      warn('spec.workloadSelector', 'workloadSelector has no effect with resolution NONE', 'key');
  }
  if (resolution === 'STATIC' && endpoints.length === 0 && spec.workloadSelector === undefined)
    warn('spec.resolution', 'resolution STATIC has neither endpoints nor a workloadSelector: every request fails');
  if (!isDns(spec)) return;
  const block = addresses.findIndex((address) => address.includes('/'));
  if (block >= 0)
    report(`spec.addresses[${block}]`, `resolution ${resolution} takes no CIDR block; use NONE or STATIC`);
  if (resolution === 'DNS_ROUND_ROBIN' && endpoints.length > 1)
    report('spec.endpoints', 'resolution DNS_ROUND_ROBIN takes at most one endpoint', 'key');
  const opaque = spec.ports.some(({ protocol }) => !isHttpProtocol(protocol) && protocol !== '');
  if (addresses.length > 0 && spec.hosts.length > 1 && opaque)
    warn('spec.hosts', 'with addresses and a port of TCP only one host can be told apart', 'key');
}

function validateDynamicDns(spec: ServiceEntrySpec, { report, warn, written }: ValidationContext): void {
  if (writtenAt(written, 'resolution') !== dynamicDns) return;
  warn('spec.resolution', `resolution ${dynamicDns} is not done yet in this version; it is taken for NONE`);
  const block = (spec.addresses ?? []).findIndex((address) => address.includes('/'));
  if (block >= 0) report(`spec.addresses[${block}]`, `resolution ${dynamicDns} takes no CIDR block`);
}

function validateEndpoints(spec: ServiceEntrySpec, context: ValidationContext): void {
  const { report, written } = context;
  const ports = writtenAt(written, 'ports');
  const names = new Set((Array.isArray(ports) ? ports : []).map((port: unknown) => writtenAt(port, 'name')));
  (spec.endpoints ?? []).forEach((endpoint, index) => {
    const path = `spec.endpoints[${index}]`;
    const isUnix = endpoint.address.startsWith(unixPrefix);
    validateWorkload(endpoint, path, context);
    if (spec.resolution === 'STATIC' && !isUnix && endpoint.address !== '' && isIP(endpoint.address) === 0)
      report(`${path}.address`, 'resolution STATIC needs an IP address');
    if (isDns(spec) && (isUnix || (endpoint.address === '' && (endpoint.network ?? '') !== '')))
      report(`${path}.address`, `resolution ${spec.resolution} needs a DNS name or an IP address`);
    if (isUnix && names.size !== 1)
      report(`${path}.address`, 'a Unix socket serves one port; the ServiceEntry must have exactly one');
    for (const name of Object.keys(endpoint.ports ?? {})) {
      if (!names.has(name))
        report(`${path}.ports.${name}`, `no port of the ServiceEntry is named ${JSON.stringify(name)}`, 'key');
    }
  });
}
