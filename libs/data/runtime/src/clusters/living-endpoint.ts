/** An endpoint that lives as long as its address is listed: the parts of its health are kept apart and read as one. */

import { formatHostPort } from '@weft/kernel';
import { type Endpoint, type EndpointCounts, emptyCounts, type WorkloadLabels } from '../tables/cluster.ts';
import type { UpstreamTls } from '../tables/tls.ts';
import type { EndpointSpec } from './assignment.ts';
import type { CheckedEndpoint, HealthPart } from './cluster-health.ts';

export class LivingEndpoint implements CheckedEndpoint {
  readonly address: string;
  readonly port: number;
  readonly hostPort: string;
  hostname = '';
  weight = 1;
  priority = 0;
  locality = '';
  localityWeight = 0;
  lbMetadata: Endpoint['lbMetadata'] = {};
  healthy = true;
  degraded = false;
  ejected = false;
  healthySinceMs: number;
  tls: UpstreamTls | undefined;
  workload: WorkloadLabels;
  check: CheckedEndpoint['check'];
  active = 0;
  readonly counts: EndpointCounts = emptyCounts();
  /** Left the list, but passes its active checks: it goes when it fails one. */
  leaving = false;
  /** Waits for the first result of its active checks. */
  pending: boolean;
  #listedHealthy = true;
  #listedDegraded = false;
  #checked: boolean;
  #checkedDegraded = false;
  #outlier = false;
  #shut = false;

  /** @param checks active checks decide, too: the endpoint is unhealthy until it passes one. */
  constructor(spec: EndpointSpec, nowMs: number, checks: boolean) {
    this.address = spec.address;
    this.port = spec.port;
    this.hostPort = hostPortOf(spec);
    this.workload = spec.workload;
    this.check = spec.check;
    this.healthySinceMs = nowMs;
    this.pending = checks && !spec.check.disabled;
    this.#checked = !this.pending;
    this.healthy = this.#checked;
  }

  /** What the list says now. */
  take(spec: EndpointSpec): void {
    this.hostname = spec.hostname;
    this.weight = spec.weight;
    this.priority = spec.priority;
    this.locality = spec.locality;
    this.localityWeight = spec.localityWeight;
    this.lbMetadata = spec.lbMetadata;
    this.workload = spec.workload;
    this.check = spec.check;
    this.#listedHealthy = spec.healthy;
    this.#listedDegraded = spec.degraded;
    this.leaving = false;
    this.#settle();
  }

  /** Other keepers begin: what those before them had against it is forgotten. @param checks without active checks nobody fails them. */
  beginAnew(checks: boolean): void {
    this.#outlier = false;
    this.#shut = false;
    if (!checks || this.check.disabled) {
      this.pending = false;
      this.#checked = true;
      this.#checkedDegraded = false;
    } else if (!this.pending && this.#checked) {
      // It was fit without checks: the first result decides.
      this.pending = true;
    }
    this.#settle();
  }

  /** In Envoy's order. */
  get healthFlags(): string {
    const against: readonly (readonly [boolean, string])[] = [
      [!this.#checked, '/failed_active_hc'],
      [this.ejected, '/failed_outlier_check'],
      [!this.#listedHealthy, '/failed_eds_health'],
      [this.#checkedDegraded, '/degraded_active_hc'],
      [this.#listedDegraded, '/degraded_eds_health'],
      [this.leaving, '/pending_dynamic_removal'],
      [this.pending, '/pending_active_hc'],
    ];
    return against.map(([holds, flag]) => (holds ? flag : '')).join('');
  }

  /** Passes its active checks. */
  get passes(): boolean {
    return this.#checked && !this.pending;
  }

  /** @returns whether balancing has to look again. */
  change(part: HealthPart, value: boolean, nowMs: number): boolean {
    const { healthy, degraded, ejected, pending } = this;
    if (part === 'ejected') this.#outlier = value;
    else if (part === 'shut') this.#shut = value;
    else if (part === 'degraded') this.#checkedDegraded = value;
    else {
      if (value && !this.#checked) this.healthySinceMs = nowMs;
      this.pending = false;
      this.#checked = value;
    }
    this.#settle();
    return (
      healthy !== this.healthy || degraded !== this.degraded || ejected !== this.ejected || pending !== this.pending
    );
  }

  #settle(): void {
    this.healthy = this.#listedHealthy && this.#checked;
    this.degraded = this.#listedDegraded || this.#checkedDegraded;
    this.ejected = this.#outlier || this.#shut;
  }
}

/** Of a Unix socket its path alone. */
export function hostPortOf(at: { readonly address: string; readonly port: number }): string {
  if (at.port === 0) return at.address;
  return formatHostPort(at.address, at.port);
}
