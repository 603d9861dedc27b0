/** What the tables need of the keepers of endpoint health; data/health makes them, one folder each. */

import type { JsonObject } from '@bufbuild/protobuf';
import type { Provenance } from '@weft/kernel';
import type { AttemptOutcome, Cluster, Endpoint } from '../tables/cluster.ts';
import type { UpstreamTls } from '../tables/tls.ts';
import type { HealthProbe } from './health-check.ts';
import type { OutlierSpec } from './outlier-spec.ts';
import type { FailureAccrualSpec } from './weft-options.ts';

/**
 * What of an endpoint's health a keeper may change. 'checked': it passes its active checks; 'degraded': they said so; 'ejected', 'shut': outlier
 * detection, failure accrual put it aside.
 */
export type HealthPart = 'checked' | 'degraded' | 'ejected' | 'shut';

/** An endpoint as active checks see it. */
export interface CheckedEndpoint extends Endpoint {
  /** health_check_config of EDS: where and as whom to check; 0 and empty: as the endpoint itself. */
  readonly check: {
    readonly port: number;
    readonly address: string;
    readonly hostname: string;
    readonly disabled: boolean;
  };
}

/** One cluster that wants its endpoints' health kept. */
export interface HealthSubject {
  readonly cluster: Cluster;
  readonly from: Provenance;
  readonly probes: readonly HealthProbe[];
  readonly outlier: OutlierSpec | undefined;
  readonly failureAccrual: FailureAccrualSpec | undefined;
  /** How a connection to an endpoint with this transport match is secured (transport_socket_match_criteria of a check); nothing: plain text. */
  tlsFor(transportMatch: JsonObject): UpstreamTls | undefined;
  /** True once a request was sent to the cluster: checks are rare before. */
  hasTraffic(): boolean;
  /** The one mutator: changes a part of an endpoint's health and tells the balancer. Unknown endpoints are ignored. */
  change(endpoint: Endpoint, part: HealthPart, value: boolean): void;
}

/** Percent of the last interval, of the endpoint's answers and of what this proxy could do itself; -1: too few to be judged. */
export interface SuccessRates {
  readonly external: number;
  readonly localOrigin: number;
}

/** What the success rates of the last interval came to, in percent; -1: too few endpoints were judged. */
export interface SuccessRateBounds {
  readonly average: number;
  /** An endpoint below is put aside. */
  readonly threshold: number;
}

/** Of the endpoints' answers and of what this proxy could do itself. */
export interface OutlierBounds {
  readonly external: SuccessRateBounds;
  readonly localOrigin: SuccessRateBounds;
}

/** Read by /clusters, /stats and `explain`. */
export interface ClusterHealthView {
  /** Why the endpoint is not used, with where the rule stands; nothing: the keepers have nothing against it. */
  reasonOf(endpoint: Endpoint): string | undefined;
  /** Nothing: no outlier detection. */
  successRates?(endpoint: Endpoint): SuccessRates;
  /** Nothing: no outlier detection. */
  outlierBounds?(): OutlierBounds;
  /** By Envoy's stat names: "outlier_detection.ejections_active", "health_check.attempt". */
  counters(): ReadonlyMap<string, number>;
}

export interface ClusterHealth extends ClusterHealthView {
  /** Nothing: no attempt need be told. */
  readonly observe: ((endpoint: Endpoint, outcome: AttemptOutcome) => void) | undefined;
  /** Nothing: no pick need be told (failure accrual lets one probing request through). */
  readonly picked: ((endpoint: Endpoint) => void) | undefined;
  /** The endpoints have changed. */
  update(endpoints: readonly CheckedEndpoint[]): void;
  stop(): void;
}

/** Called for clusters that configure checks, outlier detection or failure accrual. */
export type CreateClusterHealth = (subject: HealthSubject) => ClusterHealth;
