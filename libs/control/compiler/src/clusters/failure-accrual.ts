/** Circuit breaking by Linkerd's annotation: exactly for our sidecar, and as outlier detection for everyone else. The retry budget of a ServiceProfile. */

import { create, type JsonObject } from '@bufbuild/protobuf';
import {
  type FailureAccrual,
  type Model,
  parseLinkerdAnnotations,
  type Resource,
  type RetryBudget,
  translateServiceProfile,
} from '@weft/model';
import {
  type OutlierDetection,
  OutlierDetectionSchema,
} from '@weft/xds-messages/envoy/config/cluster/v3/outlier_detection';
import { duration } from '../messages/core.ts';

export interface ServiceAccrual {
  readonly accrual: FailureAccrual;
  readonly service: Resource<'Service'>;
}

export interface AccrualIndex {
  /** Nothing where the Service asks for none, or where a ServiceProfile speaks for it, as in Linkerd. */
  of(service: { readonly namespace: string; readonly name: string }): ServiceAccrual | undefined;
  /** Of the ServiceProfile of the service, where it retries anything: that of the client's namespace before that of the service's; of no other. */
  budget(
    service: { readonly namespace: string; readonly name: string },
    clientNamespace: string,
  ): RetryBudget | undefined;
  /** All that it says. */
  readonly inputs: readonly unknown[];
}

const annotation = 'balancer.linkerd.io/failure-accrual';

/** @param domain of the mesh. */
export function indexAccruals(model: Model, domain: string): AccrualIndex {
  const found = new Map<string, ServiceAccrual>();
  for (const service of model.byKind('Service')) {
    if (service.annotations[annotation] === undefined) continue;
    const accrual = parseLinkerdAnnotations(service.annotations).value.failureAccrual;
    const { namespace, name } = service;
    const profile = model.get('ServiceProfile', namespace, `${name}.${namespace}.svc.${domain}`);
    const { routes = [], dstOverrides = [] } = profile?.spec ?? {};
    if (accrual === undefined || routes.length + dstOverrides.length > 0) continue;
    found.set(`${namespace}/${name}`, { accrual, service });
  }
  const budgets = indexBudgets(model, domain);
  return {
    of: ({ namespace, name }) => found.get(`${namespace}/${name}`),
    budget({ namespace, name }, clientNamespace) {
      const host = `${name}.${namespace}.svc.${domain}`;
      return budgets.get(`${clientNamespace}/${host}`) ?? budgets.get(`${namespace}/${host}`);
    },
    inputs: [
      ...[...found].flatMap(([key, { accrual }]) => [key, JSON.stringify(accrual)]),
      null,
      ...[...budgets].flatMap(([key, budget]) => [key, JSON.stringify(budget)]),
    ],
  };
}

/**
 * By "namespace/host" of the profile: anybody may write one for any service, and it speaks for callers of its own namespace and for services of it.
 *
 * Envoy's budget is a share of the requests in flight, Linkerd's one of those of some seconds: the share is the same, and as many retries as
 * Linkerd grants in a second may always be in flight.
 */
function indexBudgets(model: Model, domain: string): ReadonlyMap<string, RetryBudget> {
  const found = new Map<string, RetryBudget>();
  for (const profile of model.byKind('ServiceProfile')) {
    const { host, retryBudget } = translateServiceProfile(profile, domain);
    if (retryBudget === undefined) continue;
    const { retryRatio, minRetriesPerSecond } = retryBudget;
    found.set(`${profile.namespace}/${host}`, {
      percent: Math.min(100, retryRatio * 100),
      minRetryConcurrency: minRetriesPerSecond,
    });
  }
  return found;
}

/** What our sidecar does instead of outlier detection; nothing for "unified", which it has no more of than Envoy. */
export function accrualMetadata({ mode, ...accrual }: FailureAccrual): JsonObject | undefined {
  if (mode === 'unified') return undefined;
  return {
    max_failures: accrual.maxFailures,
    min_backoff_ms: accrual.minPenaltyMs,
    max_backoff_ms: accrual.maxPenaltyMs,
    jitter: accrual.jitterRatio,
  };
}

/** How often an endpoint that was put out is looked at again. */
const lookMs = 1_000;

/** All endpoints may be out at once; the penalty grows with each time. */
export function accrualOutlier({
  maxFailures,
  minPenaltyMs,
  maxPenaltyMs,
  successRate,
}: FailureAccrual): OutlierDetection {
  const failurePercent = successRate === undefined ? 0 : Math.round((1 - successRate.threshold) * 100);
  const byRate = successRate !== undefined && successRate.threshold > 0;
  return create(OutlierDetectionSchema, {
    ...(maxFailures > 0
      ? { consecutive5xx: maxFailures, enforcingConsecutive5xx: 100 }
      : { enforcingConsecutive5xx: 0 }),
    enforcingSuccessRate: 0,
    interval: duration(byRate ? successRate.windowMs : lookMs),
    baseEjectionTime: duration(minPenaltyMs),
    maxEjectionTime: duration(maxPenaltyMs),
    maxEjectionPercent: 100,
    ...(byRate
      ? {
          enforcingFailurePercentage: 100,
          failurePercentageThreshold: Math.max(1, failurePercent),
          failurePercentageMinimumHosts: 1,
          failurePercentageRequestVolume: successRate.minRequests,
        }
      : {}),
  });
}
