/** Fields that Linkerd's kinds share. */

import { z } from 'zod';
import { parseDuration } from '../../duration.ts';
import { resourceName } from '../../schema/fields.ts';
import { apiObject, checkedString } from '../../schema/object.ts';
import { group, kindName, namespaceName } from '../gateway-api/fields.ts';
import type { PolicyReference } from './policy-reference.ts';

export function policyReference(api: string): z.ZodType<PolicyReference> {
  return apiObject(api, {
    group: group.exactOptional(),
    kind: kindName,
    name: resourceName,
    namespace: namespaceName.exactOptional(),
  });
}

const identityLabel = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;

/** "*", "order.shop.serviceaccount…", "*.shop…" or a SPIFFE id. */
function identityProblem(value: string): string | undefined {
  if (value === '*') return undefined;
  if (value.startsWith('spiffe://')) {
    const good = /^spiffe:\/\/[a-z0-9._-]+(\/[A-Za-z0-9._-]+)+$/.test(value);
    return good ? undefined : `${JSON.stringify(value)} is not a SPIFFE id; a wildcard is not possible in one`;
  }
  const rest = value.startsWith('*.') ? value.slice(2) : value;
  return rest.split('.').every((label) => identityLabel.test(label))
    ? undefined
    : `${JSON.stringify(value)} is not an identity: a DNS name, "*." before one, "*" or a SPIFFE id`;
}

export const identity = checkedString(identityProblem);

/** Go's duration, more than 0; the output is milliseconds, with a fraction where it has one. */
export const goDurationMs = z.string().transform((text, context): number => {
  const duration = parseDuration(text);
  if (duration !== undefined && duration > 0) return duration;
  const message =
    duration === undefined
      ? `${JSON.stringify(text)} is not a duration; write for example "1.5s" or "100ms"`
      : `the duration ${text} must be more than 0`;
  context.addIssue({ code: 'custom', message });
  return 0;
});

/** A whole number, or a quantity of Kubernetes in thousandths ("500m"). */
export const weight = z.unknown().transform((value, context): number => {
  if (typeof value === 'number' && Number.isInteger(value) && value >= 0 && value < 2 ** 32) return value;
  if (typeof value === 'string' && /^\d{1,9}m$/.test(value)) return Number(value.slice(0, -1)) / 1000;
  if (typeof value === 'string' && /^\d{1,9}$/.test(value)) return Number(value);
  context.addIssue({ code: 'custom', message: 'a weight is a whole number, or thousandths as in "500m"' });
  return 0;
});
