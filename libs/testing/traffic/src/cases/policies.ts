/** The table of contents of what policies do: resilience, security, balancing, TLS, TCP. */

import type { TrafficCase } from '../traffic-case.ts';
import { breakerCases } from './breakers.ts';
import { corsCases } from './cors.ts';
import { faultCases } from './faults.ts';
import { internalRedirectCases } from './internal-redirect.ts';
import { jwtCases } from './jwt.ts';
import { jwtRequirementCases } from './jwt-requirements.ts';
import { mirrorCases } from './mirror.ts';
import { outlierCases } from './outlier.ts';
import { rbacCases } from './rbac.ts';
import { rbacPrincipalCases } from './rbac-principals.ts';
import { retryCases } from './retries.ts';
import { retryWhereCases } from './retries-where.ts';
import { timeoutCases } from './timeouts.ts';

export const policyCases: readonly TrafficCase[] = [
  ...breakerCases,
  ...corsCases,
  ...faultCases,
  ...internalRedirectCases,
  ...jwtCases,
  ...jwtRequirementCases,
  ...mirrorCases,
  ...outlierCases,
  ...rbacCases,
  ...rbacPrincipalCases,
  ...retryCases,
  ...retryWhereCases,
  ...timeoutCases,
];
