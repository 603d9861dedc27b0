import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { toJson } from '@bufbuild/protobuf';
import { describeViolation, parseDocuments, type Resource } from '@weft/model';
import { RBACSchema } from '@weft/xds-messages/envoy/config/rbac/v3/rbac';
import { messageRegistry } from '@weft/xds-messages/registry';
import { describe, expect, it } from 'vitest';
import { rbacRules } from './authorization.ts';

const folder = join(import.meta.dirname, 'testdata');
const { resources, violations } = parseDocuments('rules.yaml', readFileSync(join(folder, 'rules.yaml'), 'utf8'));
const policies = resources as readonly Resource<'AuthorizationPolicy'>[];

function rulesJson(policy: Resource<'AuthorizationPolicy'>, transport: 'http' | 'tcp'): unknown {
  const action = policy.spec.action ?? 'ALLOW';
  if (action === 'CUSTOM') throw new Error('not here');
  const rules = rbacRules(action, [policy], { transport, trustDomains: ['cluster.local', 'old.example'] });
  return rules?.enforced === undefined
    ? 'nothing'
    : toJson(RBACSchema, rules.enforced, { registry: messageRegistry() });
}

describe('an AuthorizationPolicy', () => {
  it('is read as written', () => {
    expect(violations.map(describeViolation)).toEqual([]);
  });

  it.each(policies.map((policy) => [policy.name, policy] as const))(
    '%s is to Envoy what its golden says (refresh: vitest -u)',
    async (name, policy) => {
      const shown = { http: rulesJson(policy, 'http'), tcp: rulesJson(policy, 'tcp') };
      await expect(`${JSON.stringify(shown, undefined, 1)}\n`).toMatchFileSnapshot(join(folder, `${name}.json`));
    },
  );

  it('that is a dry run is only noted, beside what is enforced', () => {
    const [first, second] = policies;
    if (first === undefined || second === undefined) throw new Error('no policies');
    const dryRun = { ...second, annotations: { 'istio.io/dry-run': 'true' } };
    const rules = rbacRules('ALLOW', [first, dryRun], { transport: 'http', trustDomains: [] });
    expect(Object.keys(rules?.enforced?.policies ?? {})).toEqual(['ns[shop]-policy[nobody]-rule[0]']);
    expect(Object.keys(rules?.shadow?.policies ?? {})).toEqual(['ns[shop]-policy[everybody]-rule[0]']);
    expect(rules?.shadowPrefix).toBe('istio_dry_run_allow_');
  });
});
