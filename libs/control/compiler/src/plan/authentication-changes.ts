/** What callers of a workload must show: mutual TLS, tokens, an authorizer outside. */

import type { WorkloadPolicies } from '../policies/workload-policies.ts';
import { provenanceOf } from '../provenance.ts';
import type { ChangeOfProxy } from './planned-change.ts';

const modes = {
  STRICT: 'takes mutual TLS alone',
  PERMISSIVE: 'takes mutual TLS and plain text',
  DISABLE: 'takes plain text alone',
} as const;

/** @param server "inventory.shop". */
export function authenticationChanges(
  server: string,
  before: WorkloadPolicies,
  after: WorkloadPolicies,
): readonly ChangeOfProxy[] {
  const found: ChangeOfProxy[] = [];
  const ports = new Set<number | undefined>([
    undefined,
    ...before.mutualTls.ports.keys(),
    ...after.mutualTls.ports.keys(),
  ]);
  for (const port of ports) {
    const was = (port === undefined ? undefined : before.mutualTls.ports.get(port)) ?? before.mutualTls;
    const is = (port === undefined ? undefined : after.mutualTls.ports.get(port)) ?? after.mutualTls;
    if (was.mode === is.mode) continue;
    const danger = {
      STRICT: 'callers without a sidecar are cut off',
      DISABLE: 'nobody knows any more who calls: rules by identity deny',
      PERMISSIVE: 'callers without identity are let in',
    }[is.mode];
    found.push({
      ...{ kind: 'authentication', service: server, text: `${modes[is.mode]} (before: ${modes[was.mode]})`, danger },
      ...(port === undefined ? {} : { port }),
      ...(is.policy === undefined ? {} : { from: provenanceOf(is.policy, 'mtls') }),
    });
  }
  const issuers = (policies: WorkloadPolicies): readonly string[] => policies.jwtRules.map(({ rule }) => rule.issuer);
  const [old, now] = [issuers(before), issuers(after)];
  for (const { rule, policy, path } of after.jwtRules) {
    if (old.includes(rule.issuer)) continue;
    const from = provenanceOf(policy, path.replace(/^spec\./, ''));
    found.push({
      kind: 'authentication',
      service: server,
      text: `verifies tokens of ${rule.issuer}: a call with a bad one is refused (401)`,
      from,
    });
  }
  for (const issuer of old) {
    if (now.includes(issuer)) continue;
    const danger = 'rules that ask for its claims hold for nobody';
    found.push({ kind: 'authentication', service: server, text: `verifies no tokens of ${issuer} any more`, danger });
  }
  const asks = ({ authorization }: WorkloadPolicies): string =>
    [...new Set(authorization.custom.map(({ spec }) => spec.provider?.name ?? ''))].sort().join(', ');
  if (asks(before) !== asks(after)) {
    const text = asks(after) === '' ? `asks no authorizer any more` : `asks the authorizer ${asks(after)}`;
    found.push({ kind: 'authentication', service: server, text });
  }
  return found;
}
