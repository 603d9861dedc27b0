/** Rules between the fields of a VirtualService (Istio: pkg/config/validation). */

import { hostsOverlap } from '../../hosts.ts';
import { limits } from '../../limits.ts';
import { refuseDryRun } from '../../schema/dry-run.ts';
import { validateExportTo } from '../../schema/export-to.ts';
import { isGeneratedSni } from '../../schema/names.ts';
import { writtenAt } from '../../schema/written.ts';
import type { ValidationContext } from '../definition.ts';
import type { VirtualServiceSpec } from './spec.ts';
import { warnOfUnusedRules } from './unused-rules.ts';
import { validateHttpRule } from './validate-http.ts';
import { validateTcpRule, validateTlsRule } from './validate-layer4.ts';

export function validateVirtualService(spec: VirtualServiceSpec, context: ValidationContext): void {
  const { report } = context;
  refuseDryRun(context);
  validateHosts(spec, context);
  warnOfOldGatewayNames(spec, context);
  const rules = spec.http.length + spec.tls.length + spec.tcp.length;
  if (rules === 0) report('spec', 'one of http, tls and tcp must have a rule', 'key');
  spec.http.forEach((rule, index) => {
    validateHttpRule(rule, spec, index, context);
  });
  spec.tls.forEach((rule, index) => {
    validateTlsRule(rule, spec, `spec.tls[${index}]`, context);
  });
  spec.tcp.forEach((rule, index) => {
    validateTcpRule(rule, index, context);
  });
  validateExportTo(spec.exportTo, context);
  warnOfUnusedRules(spec, context.warn);
}

function validateHosts(spec: VirtualServiceSpec, { report, written }: ValidationContext): void {
  if (spec.hosts.length === 0) {
    const gateways = writtenAt(written, 'gateways');
    if (Array.isArray(gateways) && gateways.length > 0) report('spec.gateways', delegateOnly('gateways'), 'key');
    if (spec.tls.length > 0) report('spec.tls', delegateOnly('tls'), 'key');
    if (spec.tcp.length > 0) report('spec.tcp', delegateOnly('tcp'), 'key');
  }
  const toMesh = spec.gateways.includes('mesh');
  const isSniAtGateway = !toMesh && spec.tls.some(({ match }) => match.some(({ sniHosts }) => sniHosts.length > 0));
  const seen = new Set<string>();
  spec.hosts.forEach((host, index) => {
    const path = `spec.hosts[${index}]`;
    if (isGeneratedSni(host) && !isSniAtGateway) report(path, `${JSON.stringify(host)} is not a host name`);
    if (host === '*' && toMesh) {
      report(
        path,
        'the wildcard host * is not allowed for the gateway "mesh"; name the hosts, or bind the rule to a Gateway',
      );
    }
    const lower = host.toLowerCase();
    const before = seen.has(lower) ? host : seenEarlier(seen, host);
    seen.add(lower);
    if (before === undefined) return;
    const same = before.toLowerCase() === lower;
    report(
      path,
      `duplicate host ${JSON.stringify(host)}${same ? '' : `: ${JSON.stringify(before)} has names in common with it`}`,
    );
  });
}

/** A host before that has names in common with this one; of very long lists only equal hosts are found. */
function seenEarlier(seen: ReadonlySet<string>, host: string): string | undefined {
  if (seen.size > limits.overlappingHostsMax) return undefined;
  return [...seen].find((other) => hostsOverlap(host, other));
}

const delegateOnly = (field: string): string =>
  `a VirtualService without hosts is one that others delegate to; it takes no ${field}`;

function warnOfOldGatewayNames(spec: VirtualServiceSpec, { warn }: ValidationContext): void {
  spec.gateways.forEach((gateway, index) => {
    if (gateway.includes('/') || !gateway.includes('.')) return;
    const [name, namespace] = gateway.split('.');
    warn(`spec.gateways[${index}]`, `this form of a gateway's name is old; write "${namespace}/${name}"`);
  });
}
