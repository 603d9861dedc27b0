/** Rules between the fields of TLS and TCP rules. */

import { isIP } from 'node:net';
import { isHostWithin } from '../../hosts.ts';
import { isGeneratedSni, wildcardHostProblem } from '../../schema/names.ts';
import { isSet, writtenAt } from '../../schema/written.ts';
import type { ValidationContext } from '../definition.ts';
import type { TcpRule, TlsRule, VirtualServiceSpec } from './spec.ts';
import { validateWeights } from './validate-http.ts';

export function validateTlsRule(
  rule: TlsRule,
  spec: VirtualServiceSpec,
  path: string,
  { report, warn }: ValidationContext,
): void {
  if (rule.match.length === 0) report(`${path}.match`, 'a TLS rule needs a match with sniHosts', 'key');
  rule.match.forEach((match, index) => {
    const at = `${path}.match[${index}].sniHosts`;
    if (match.sniHosts.length === 0) report(at, 'at least one SNI host is required', 'key');
    match.sniHosts.forEach((host, position) => {
      validateSniHost(host, spec, `${at}[${position}]`, { report, warn });
    });
  });
  if (rule.route.length === 0) report(`${path}.route`, 'at least one destination is required', 'key');
  validateWeights(rule.route, `${path}.route`, report);
}

function validateSniHost(
  host: string,
  spec: VirtualServiceSpec,
  path: string,
  { report, warn }: Pick<ValidationContext, 'report' | 'warn'>,
): void {
  const toMesh = spec.gateways.includes('mesh');
  const problem = !toMesh && isGeneratedSni(host) ? undefined : wildcardHostProblem(host);
  if (problem !== undefined && isIP(host) !== 0) {
    warn(path, 'SNI carries names; clients send none for an IP address');
    return;
  }
  if (problem !== undefined) report(path, problem);
  else if (!spec.hosts.includes(host) && !spec.hosts.some((own) => isHostWithin(host, own)))
    report(path, `${JSON.stringify(host)} lies within none of the VirtualService's hosts`);
}

/** @param index of the rule in `tcp`. */
export function validateTcpRule(rule: TcpRule, index: number, { report, warn, written }: ValidationContext): void {
  const path = `spec.tcp[${index}]`;
  rule.match?.forEach((_, position) => {
    if (isSet(writtenAt(written, 'tcp', index, 'match', position, 'sourceSubnet')))
      warn(`${path}.match[${position}].sourceSubnet`, 'sourceSubnet has no effect, in Istio neither', 'key');
  });
  if (rule.route.length === 0) report(`${path}.route`, 'at least one destination is required', 'key');
  validateWeights(rule.route, `${path}.route`, report);
}
