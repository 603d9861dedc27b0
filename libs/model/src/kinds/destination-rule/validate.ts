/** Rules between the fields of a DestinationRule. */

import type { Report, ValidationContext } from '../definition.ts';
import type { DestinationRuleSpec, TrafficPolicy } from './spec.ts';

export function validateDestinationRule(spec: DestinationRuleSpec, { report }: ValidationContext): void {
  validatePolicy(spec.trafficPolicy, 'spec.trafficPolicy', report);
  const seen = new Set<string>();
  (spec.subsets ?? []).forEach((subset, index) => {
    const path = `spec.subsets[${index}]`;
    if (seen.has(subset.name)) report(`${path}.name`, `duplicate subset ${JSON.stringify(subset.name)}`);
    seen.add(subset.name);
    validatePolicy(subset.trafficPolicy, `${path}.trafficPolicy`, report);
  });
}

function validatePolicy(policy: TrafficPolicy | undefined, path: string, report: Report): void {
  if (policy !== undefined && policy.loadBalancer === undefined) {
    report(path, 'a traffic policy must have at least one field', 'key');
  }
}
