/** Rules between the fields of a NetworkPolicy. */

import { isWithinBlock } from '../addresses.ts';
import type { Report, ValidationContext } from '../definition.ts';
import type { NetworkPolicyPeer, NetworkPolicyPort, NetworkPolicyRule, NetworkPolicySpec } from './spec.ts';

export function validateNetworkPolicy(spec: NetworkPolicySpec, { report }: ValidationContext): void {
  validateRules(spec.ingress ?? [], 'spec.ingress', 'from', report);
  validateRules(spec.egress ?? [], 'spec.egress', 'to', report);
}

function validateRules(rules: readonly NetworkPolicyRule[], path: string, field: string, report: Report): void {
  rules.forEach(({ peers = [], ports = [] }, index) => {
    peers.forEach((peer, at) => {
      validatePeer(peer, `${path}[${index}].${field}[${at}]`, report);
    });
    ports.forEach((port, at) => {
      validatePort(port, `${path}[${index}].ports[${at}]`, report);
    });
  });
}

function validatePeer(
  { podSelector, namespaceSelector, ipBlock }: NetworkPolicyPeer,
  path: string,
  report: Report,
): void {
  const selects = podSelector !== undefined || namespaceSelector !== undefined;
  if (!selects && ipBlock === undefined) {
    report(path, 'one of podSelector, namespaceSelector and ipBlock is required');
  }
  if (selects && ipBlock !== undefined) report(path, 'ipBlock cannot stand beside podSelector or namespaceSelector');
  ipBlock?.except?.forEach((inner, index) => {
    if (!isWithinBlock(inner, ipBlock.cidr))
      report(`${path}.ipBlock.except[${index}]`, `${inner} does not lie within ${ipBlock.cidr}`);
  });
}

function validatePort({ port, endPort }: NetworkPolicyPort, path: string, report: Report): void {
  if (endPort === undefined) return;
  if (typeof port !== 'number') report(`${path}.endPort`, 'endPort needs a port that is a number');
  else if (endPort < port) report(`${path}.endPort`, `endPort ${endPort} is before port ${port}`);
}
