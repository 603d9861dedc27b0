import { documentsText, serviceText, workloadGroupText } from '@weft/model/testing';
import { describe, expect, it } from 'vitest';
import { compile } from '../compile.ts';
import { createTestMesh } from '../testing/mesh.ts';
import { resourceJson } from '../testing/snapshot-json.ts';

const base = documentsText(
  serviceText('ledger'),
  workloadGroupText('ledger'),
  workloadGroupText('till', { namespace: 'web' }),
  workloadGroupText('batch', { namespace: 'jobs' }),
);

const profile = (namespace: string, percent: number, created: string): string => `---
apiVersion: linkerd.io/v1alpha2
kind: ServiceProfile
metadata: { name: ledger.shop.svc.cluster.local, namespace: ${namespace}, creationTimestamp: '${created}' }
spec: { retryBudget: { retryRatio: ${percent / 100}, minRetriesPerSecond: 1, ttl: 20s }, routes: [{ name: get, condition: { method: GET }, isRetryable: true }] }
`;

/** The retries of a client's cluster, in percent of the requests in flight; undefined: without budget. */
function budgetOf(yaml: string, client: string): number | undefined {
  const mesh = createTestMesh({ 'base.yaml': base, 'l.yaml': yaml });
  const proxy = mesh.proxy(client);
  const cluster = resourceJson(
    compile(mesh.input(), proxy),
    'cluster',
    'outbound|8080||ledger.shop.svc.cluster.local',
  ) as unknown as {
    readonly circuit_breakers: {
      readonly thresholds: readonly {
        readonly retry_budget?: { readonly budget_percent: { readonly value: number } };
      }[];
    };
  };
  return cluster.circuit_breakers.thresholds[0]?.retry_budget?.budget_percent.value;
}

describe('the retry budget of a ServiceProfile', () => {
  const ofService = profile('shop', 30, '2026-02-01T00:00:00Z');
  const ofClients = profile('web', 70, '2026-01-01T00:00:00Z');

  it.each(['ledger', 'till', 'batch'])('of the service holds for every caller: %s', (client) => {
    expect(budgetOf(ofService, client)).toBe(30);
  });

  it.each([
    ['ledger', undefined, 30],
    ['till', 70, 70],
    ['batch', undefined, 30],
  ])('of another namespace holds for callers of that one alone: %s', (client, alone, both) => {
    expect(budgetOf(ofClients, client)).toBe(alone);
    expect(budgetOf(ofService + ofClients, client)).toBe(both);
  });
});
