/** The table of contents of what policies do: resilience, security, balancing, TLS, TCP. */

import type { TrafficCase } from '../traffic-case.ts';
import { balancingCases } from './balancing.ts';
import { balancingLevelCases } from './balancing-levels.ts';
import { breakerCases } from './breakers.ts';
import { corsCases } from './cors.ts';
import { extAuthzCases } from './ext-authz.ts';
import { extAuthzGrpcCases } from './ext-authz-grpc.ts';
import { faultCases } from './faults.ts';
import { healthCases } from './health.ts';
import { internalRedirectCases } from './internal-redirect.ts';
import { jwtCases } from './jwt.ts';
import { jwtRequirementCases } from './jwt-requirements.ts';
import { linkerdCases } from './linkerd.ts';
import { mirrorCases } from './mirror.ts';
import { outlierCases } from './outlier.ts';
import { rateLimitCases } from './rate-limit.ts';
import { rateLimitGlobalCases } from './rate-limit-global.ts';
import { rbacCases } from './rbac.ts';
import { rbacPrincipalCases } from './rbac-principals.ts';
import { retryCases } from './retries.ts';
import { retryWhereCases } from './retries-where.ts';
import { tcpCases } from './tcp.ts';
import { timeoutCases } from './timeouts.ts';
import { tlsInboundCases } from './tls-inbound.ts';
import { tlsOutboundCases } from './tls-outbound.ts';
import { tlsXfccCases } from './tls-xfcc.ts';

export const policyCases: readonly TrafficCase[] = [
  ...balancingCases,
  ...balancingLevelCases,
  ...breakerCases,
  ...corsCases,
  ...extAuthzCases,
  ...extAuthzGrpcCases,
  ...faultCases,
  ...healthCases,
  ...internalRedirectCases,
  ...jwtCases,
  ...jwtRequirementCases,
  ...linkerdCases,
  ...mirrorCases,
  ...outlierCases,
  ...rateLimitCases,
  ...rateLimitGlobalCases,
  ...rbacCases,
  ...rbacPrincipalCases,
  ...retryCases,
  ...retryWhereCases,
  ...tcpCases,
  ...timeoutCases,
  ...tlsInboundCases,
  ...tlsOutboundCases,
  ...tlsXfccCases,
];
