/** Endpoints whose health a test's keepers change, and outcomes of attempts. */

import {
  type AttemptOutcome,
  type CheckedEndpoint,
  emptyCounts,
  type HealthPart,
  unknownWorkload,
} from '@weft/data-runtime';

export type TestEndpoint = { -readonly [key in keyof CheckedEndpoint]: CheckedEndpoint[key] };

export function checkedEndpoint(port: number, change: Partial<CheckedEndpoint> = {}): TestEndpoint {
  return {
    address: '10.0.0.1',
    port,
    hostPort: `10.0.0.1:${port}`,
    hostname: '',
    weight: 1,
    priority: 0,
    locality: '',
    localityWeight: 0,
    lbMetadata: {},
    healthy: true,
    degraded: false,
    ejected: false,
    healthySinceMs: 0,
    tls: undefined,
    workload: unknownWorkload,
    active: 0,
    healthFlags: '',
    counts: emptyCounts(),
    check: { port: 0, address: '', hostname: '', disabled: false },
    ...change,
  };
}

/** What the keepers have said last, by port and part: "1 ejected". */
export function createMutator(): {
  readonly said: Map<string, boolean>;
  readonly log: string[];
  change(endpoint: { readonly port: number }, part: HealthPart, value: boolean): void;
} {
  const said = new Map<string, boolean>();
  const log: string[] = [];
  return {
    said,
    log,
    change(endpoint, part, value) {
      const key = `${endpoint.port} ${part}`;
      if (said.get(key) !== value) log.push(`${key} ${value}`);
      said.set(key, value);
    },
  };
}

export function answered(status: number, grpcStatus?: number): AttemptOutcome {
  return { status, grpcStatus, local: undefined, latencyMs: 1, fields: [] };
}

export function failed(local: NonNullable<AttemptOutcome['local']>): AttemptOutcome {
  return { status: 0, grpcStatus: undefined, local, latencyMs: 1, fields: [] };
}
