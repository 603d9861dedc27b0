/** Port fields that kinds of Kubernetes and Linkerd share. */

import { z } from 'zod';

const portNamePattern = /^(?=.*[a-z])[a-z0-9]+(-[a-z0-9]+)*$/;

/** A port of a workload, by number or by name. */
export function numberOrName(what: string) {
  return z.unknown().transform((value, context): number | string => {
    if (typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= 65_535) return value;
    if (typeof value === 'string' && value.length <= 15 && portNamePattern.test(value)) return value;
    const message = `${what} must be a port (1 to 65535) or the name of a port (at most 15 lower-case letters, digits and "-")`;
    context.addIssue({ code: 'custom', message });
    return 0;
  });
}
