/** The modes of Linkerd's default policy: of a Server, a workload, a namespace. */

import type { AccessPolicy } from './server/spec.ts';

export const accessPolicies: readonly AccessPolicy[] = [
  'all-unauthenticated',
  'all-authenticated',
  'cluster-unauthenticated',
  'cluster-authenticated',
  'deny',
  'audit',
];
