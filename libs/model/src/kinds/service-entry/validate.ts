/** Rules between the fields of a ServiceEntry. */

import { isIP } from 'node:net';
import type { Report, ValidationContext } from '../definition.ts';
import type { ServiceEntrySpec } from './spec.ts';

export function validateServiceEntry(spec: ServiceEntrySpec, { report }: ValidationContext): void {
  if (spec.hosts.length === 0) report('spec.hosts', 'at least one host is required');
  validatePorts(spec, report);
  const endpoints = spec.endpoints ?? [];
  const selector = spec.workloadSelector;
  if (selector !== undefined && endpoints.length > 0) {
    report('spec.workloadSelector', 'only one of workloadSelector and endpoints may be given', 'key');
  }
  if (selector !== undefined && Object.keys(selector.labels).length === 0) {
    report('spec.workloadSelector.labels', 'at least one label is required');
  }
  validateEndpoints(spec, report);
  if (spec.resolution === 'NONE' && endpoints.length > 0) {
    report('spec.endpoints', 'resolution NONE takes no endpoints', 'key');
  }
  if (spec.resolution === 'STATIC' && endpoints.length === 0 && selector === undefined) {
    report('spec.resolution', 'resolution STATIC needs endpoints or a workloadSelector');
  }
  if (spec.resolution !== 'DNS') return;
  if (selector !== undefined) report('spec.workloadSelector', 'resolution DNS takes no workloadSelector', 'key');
  if (endpoints.length > 0) return;
  spec.hosts.forEach((host, index) => {
    if (host.includes('*'))
      report(`spec.hosts[${index}]`, 'resolution DNS without endpoints needs a host without wildcard');
  });
}

function validatePorts(spec: ServiceEntrySpec, report: Report): void {
  if (spec.ports.length === 0) report('spec.ports', 'at least one port is required');
  const names = new Set<string>();
  const numbers = new Set<number>();
  spec.ports.forEach((port, index) => {
    if (names.has(port.name)) report(`spec.ports[${index}].name`, `duplicate port name ${JSON.stringify(port.name)}`);
    if (numbers.has(port.number)) report(`spec.ports[${index}].number`, `duplicate port ${port.number}`);
    names.add(port.name);
    numbers.add(port.number);
  });
}

function validateEndpoints(spec: ServiceEntrySpec, report: Report): void {
  const names = new Set(spec.ports.map((port) => port.name));
  (spec.endpoints ?? []).forEach((endpoint, index) => {
    const path = `spec.endpoints[${index}]`;
    if (spec.resolution === 'STATIC' && isIP(endpoint.address) === 0) {
      report(`${path}.address`, 'resolution STATIC needs an IP address');
    }
    for (const name of Object.keys(endpoint.ports ?? {})) {
      if (!names.has(name))
        report(`${path}.ports.${name}`, `no port of the ServiceEntry is named ${JSON.stringify(name)}`, 'key');
    }
  });
}
