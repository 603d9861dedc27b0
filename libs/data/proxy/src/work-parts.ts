/** What requests run on, with nothing of the control plane: the tables, the way to endpoints, what stages are made from. */

import { lookup } from 'node:dns/promises';
import { createBalancer } from '@weft/data-balancing';
import {
  createAccessLogKinds,
  createAccessLogs,
  createHttpFilterKinds,
  createNetworkFilterKinds,
  createRecentExchanges,
  createSpanExporters,
  createTapHub,
  type StageDeps,
} from '@weft/data-filters';
import { createHealth } from '@weft/data-health';
import { createRuntime, type Runtime } from '@weft/data-runtime';
import { createMetricRegistry, type MetricRegistry } from '@weft/telemetry';
import { materialSecrets, type TlsMaterial, type TlsSecrets } from '@weft/tls';
import { createProbeSender } from './health/probe-sender.ts';
import { createListenerFacts } from './listener-facts.ts';
import type { ProxyOptions } from './proxy-options.ts';
import { describeNode } from './session/node-description.ts';
import { createUpstreamSide, type UpstreamSide } from './upstream-side.ts';

export interface WorkParts {
  readonly registry: MetricRegistry;
  readonly runtime: Runtime;
  /** Certificates and roots by name, this proxy's own among them. */
  readonly secrets: TlsSecrets;
  readonly upstream: UpstreamSide;
  /** What the stages of all listeners are made from. */
  readonly stages: StageDeps;
}

/** Who this proxy is, now. */
export interface OwnIdentity {
  material(): TlsMaterial | undefined;
  ownUri(): string | undefined;
}

/** @param checks false: the health of endpoints is somebody else's affair. */
export function createWorkParts(options: ProxyOptions, identity: OwnIdentity, checks: boolean): WorkParts {
  const { clock, random, log, environment = () => undefined } = options;
  const registry = createMetricRegistry();
  const { ownUri } = identity;
  const secrets = materialSecrets(identity.material, (name) => runtime.tables.secrets.get(name));
  const upstream = createUpstreamSide({ clock, secrets, ownUri });
  const logs = createAccessLogs({
    clock,
    registry,
    override: options.accessLog,
    flushIntervalMs: options.accessLogFlushMs,
    onOpenFailed: (path, error) => log.error({ path, err: error }, 'the access log cannot be opened'),
  });
  const facts = createListenerFacts();
  const proxy = { self: facts.self, ownUri, policyFrom: facts.policyFrom };
  const { callouts } = upstream;
  const spans = createSpanExporters({ clock, callouts, registry });
  const tap = createTapHub({ registry, recent: createRecentExchanges({ random }) });
  const stages: StageDeps = { clock, random, registry, callouts, proxy, logs, spans, tap };
  const runtime: Runtime = createRuntime({
    httpFilters: createHttpFilterKinds(stages),
    networkFilters: createNetworkFilterKinds(stages),
    accessLogs: createAccessLogKinds({ random, environment }),
    environment,
    serviceCluster: describeNode(options).cluster,
    createBalancer,
    createHealth: checks ? createHealth({ clock, random, sender: createProbeSender(upstream) }) : undefined,
    clock,
    random,
    resolveDns: async (host) => (await lookup(host, { all: true })).map((found) => found.address),
    outbound: options.mode === 'gateway' ? 'gateway' : 'outbound',
  });
  facts.follow(runtime);
  runtime.onEndpointsGone((endpoints) => {
    for (const endpoint of endpoints) upstream.pools.forget(endpoint);
  });
  return { registry, runtime, secrets, upstream, stages };
}
