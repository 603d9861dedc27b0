/** Rules between the fields of a Telemetry. */

import { refuseDryRun } from '../../schema/dry-run.ts';
import { validatePolicyTarget } from '../../schema/policy-target.ts';
import { childPath } from '../../yaml/path.ts';
import type { ValidationContext } from '../definition.ts';
import type { MetricsOverride, TelemetrySpec } from './spec.ts';

export function validateTelemetry(spec: TelemetrySpec, context: ValidationContext): void {
  validatePolicyTarget(spec, context);
  refuseDryRun(context);
  spec.metrics?.forEach(({ overrides = [] }, index) => {
    overrides.forEach((override, at) => {
      validateOverride(override, `spec.metrics[${index}].overrides[${at}]`, context);
    });
  });
  const { tracing = [] } = spec;
  if (tracing.length > 1)
    context.warn('spec.tracing', 'several entries of tracing are not all heeded: write one', 'key');
  tracing.forEach(({ providers = [] }, index) => {
    if (providers.length > 1)
      context.warn(`spec.tracing[${index}].providers`, 'spans go to the first provider only', 'key');
  });
}

function validateOverride(override: MetricsOverride, path: string, { report, warn }: ValidationContext): void {
  const { match, tagOverrides = {} } = override;
  if (match?.metric !== undefined && match.customMetric !== undefined)
    report(`${path}.match`, 'only one of metric and customMetric may be given', 'key');
  for (const [tag, { operation = 'UPSERT', value = '' }] of Object.entries(tagOverrides)) {
    const at = childPath(`${path}.tagOverrides`, tag);
    if (tag === '') warn(at, 'the name of a tag must not be empty', 'key');
    if (operation === 'UPSERT' && value === '') report(at, 'UPSERT needs a value', 'key');
    if (operation === 'REMOVE' && value !== '') report(`${at}.value`, 'REMOVE takes no value', 'key');
  }
}
