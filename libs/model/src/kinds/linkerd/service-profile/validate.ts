/** Rules between the fields of a ServiceProfile. */

import { fqdnProblem } from '../../../schema/names.ts';
import type { ValidationContext } from '../../definition.ts';
import { portRangesProblem } from '../port-ranges.ts';
import type { ServiceProfileSpec } from './spec.ts';

const ttlMsMin = 1_000;
const ttlMsMax = 60_000;

export function validateServiceProfile(spec: ServiceProfileSpec, { report, warn, metadata }: ValidationContext): void {
  if (metadata.name !== '' && (fqdnProblem(metadata.name) !== undefined || !metadata.name.includes('.'))) {
    warn(
      'metadata.name',
      'the name of a ServiceProfile is that of its service in full, as in "order.shop.svc.cluster.local"',
    );
  }
  const names = new Set<string>();
  spec.routes?.forEach(({ name, isRetryable, condition }, index) => {
    const path = `spec.routes[${index}]`;
    if (name === '') report(`${path}.name`, 'a name is required');
    if (names.has(name)) warn(`${path}.name`, `two routes are named ${JSON.stringify(name)}; their metrics are one`);
    names.add(name);
    if (isRetryable === true && ['POST', 'PATCH'].includes(condition.method?.toUpperCase() ?? '')) {
      warn(`${path}.isRetryable`, `a ${condition.method} is repeated: make sure that it can be done twice`);
    }
  });
  const { ttlMs } = spec.retryBudget ?? {};
  if (ttlMs !== undefined && (ttlMs < ttlMsMin || ttlMs > ttlMsMax)) {
    warn('spec.retryBudget.ttl', 'a budget with a ttl outside of 1s to 60s is not used: there are no retries');
  }
  const overrides = spec.dstOverrides ?? [];
  if (overrides.length > 0 && overrides.every(({ weight }) => weight === 0)) {
    report('spec.dstOverrides', 'total destination weight = 0', 'key');
  }
  spec.opaquePorts?.forEach((ports, index) => {
    const problem = portRangesProblem(ports);
    if (problem !== undefined) report(`spec.opaquePorts[${index}]`, problem);
  });
}
