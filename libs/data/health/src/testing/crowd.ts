/** Endpoints whose health a test's keepers change, and outcomes of attempts. */

import type { AttemptOutcome, CheckedEndpoint, HealthPart } from '@weft/data-runtime';
import { type Changeable, testEndpoint } from '@weft/data-runtime/testing';

export type TestEndpoint = Changeable<CheckedEndpoint>;

export function checkedEndpoint(port: number, change: Partial<CheckedEndpoint> = {}): TestEndpoint {
  const check = { port: 0, address: '', hostname: '', disabled: false };
  return { check, ...testEndpoint({ address: '10.0.0.1', port, localityWeight: 0 }), ...change };
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
