/** The kinds by all names that people type: as written, lower-case, plural, kubectl's short ones. */

import { kindNames } from '@weft/model';
import { CliFailure, exitCodes } from './failure.ts';

/** Those of the resources' own definitions (CustomResourceDefinition `shortNames`). */
const shortNames: Readonly<Record<string, string>> = {
  svc: 'Service',
  ns: 'Namespace',
  po: 'Pod',
  no: 'Node',
  cm: 'ConfigMap',
  ing: 'Ingress',
  netpol: 'NetworkPolicy',
  se: 'ServiceEntry',
  we: 'WorkloadEntry',
  wg: 'WorkloadGroup',
  vs: 'VirtualService',
  dr: 'DestinationRule',
  gw: 'Gateway',
  pa: 'PeerAuthentication',
  ra: 'RequestAuthentication',
  ap: 'AuthorizationPolicy',
  sp: 'ServiceProfile',
  ts: 'TrafficSplit',
};

/** @param text "vs", "virtualservices", "HTTPRoute.policy.linkerd.io". @throws CliFailure (usage) */
export function toKind(text: string): string {
  const wanted = text.toLowerCase();
  const short = shortNames[wanted];
  const found = kindNames.find((kind) => kind === short || namesOf(kind).includes(wanted));
  if (found !== undefined) return found;
  throw new CliFailure(
    exitCodes.usage,
    `"${text}" is not a kind of this version; there are ${[...kindNames].sort().join(', ')}`,
  );
}

/** Of "Gateway.gateway.networking.k8s.io" the group stays behind the plural too, as kubectl has it. */
function namesOf(kind: string): readonly string[] {
  const [name = '', ...group] = kind.toLowerCase().split('.');
  const rest = group.length === 0 ? '' : `.${group.join('.')}`;
  const plural = /(?:s|x|ch)$/.test(name)
    ? `${name}es`
    : name.endsWith('cy') || name.endsWith('ry')
      ? `${name.slice(0, -1)}ies`
      : `${name}s`;
  return [`${name}${rest}`, `${plural}${rest}`];
}
