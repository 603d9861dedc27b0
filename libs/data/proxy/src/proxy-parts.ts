/** The parts of a proxy that hold its state, made before anything runs. */

import { createHash } from 'node:crypto';
import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { toBinary } from '@bufbuild/protobuf';
import { createBalancer } from '@weft/data-balancing';
import {
  createAccessLogKinds,
  createAccessLogs,
  createHttpFilterKinds,
  createNetworkFilterKinds,
  createSpanExporters,
  createTapHub,
  registerIstioBuild,
  type StageDeps,
} from '@weft/data-filters';
import { createHealth } from '@weft/data-health';
import { createRuntime, type Runtime, unknownWorkload } from '@weft/data-runtime';
import { createIdentityManager, type IdentityManager } from '@weft/identity';
import { WeftError } from '@weft/kernel';
import { createMetricRegistry, type MetricRegistry } from '@weft/telemetry';
import { materialSecrets, type TlsSecrets } from '@weft/tls';
import { type Node, NodeSchema } from '@weft/xds-messages/envoy/config/core/v3/base';
import { createXdsClient } from '@weft/xds-protocol';
import { formatHostPort } from './admin/side-server.ts';
import { createProbeSender } from './health/probe-sender.ts';
import { createCaClient } from './identity/ca-client.ts';
import { createIdentityStore } from './identity/identity-store.ts';
import { createTlsIdentity, type TlsIdentity } from './identity/tls-identity.ts';
import { createTokenFolder } from './identity/token-folder.ts';
import type { ProxyOptions } from './proxy-options.ts';
import { createConfigCache } from './session/config-cache.ts';
import { describeNode } from './session/node-description.ts';
import { createSession, type Session } from './session/session.ts';
import type { StateFolder } from './session/state-folder.ts';
import { createUpstreamSide, type UpstreamSide } from './upstream-side.ts';

export interface ProxyParts {
  readonly node: Node;
  readonly registry: MetricRegistry;
  readonly runtime: Runtime;
  readonly manager: IdentityManager;
  readonly tls: TlsIdentity;
  readonly session: Session;
  /** Certificates and roots by name, this proxy's own among them. */
  readonly secrets: TlsSecrets;
  readonly upstream: UpstreamSide;
  /** What the stages of all listeners are made from. */
  readonly stages: StageDeps;
  /** The state folder is open; before that nothing is read or kept. */
  useFolder(folder: StateFolder): void;
}

/**
 * The name that a control plane's certificate has besides those of its addresses (Istio's own). TLS has no names for IP addresses
 * (RFC 6066 section 3), so it stands in for one.
 */
const controlPlaneName = 'istiod.istio-system.svc';

export function createProxyParts(options: ProxyOptions): ProxyParts {
  const { clock, random, log } = options;
  const node = describeNode(options);
  const tokens = createTokenFolder(options.tokenDir);
  const address = formatHostPort(options.xds);
  const name = options.xdsServerName ?? (isIP(options.xds.host) === 0 ? undefined : controlPlaneName);
  const server = { address, ...(name === undefined ? {} : { serverName: name }) };
  const registry = createMetricRegistry();
  registerIstioBuild(registry, options.version);
  const ownUri = (): string | undefined => tls.ownUri();
  const secrets = materialSecrets(
    () => tls.material(),
    (name) => runtime.tables.secrets.get(name),
  );
  const upstream = createUpstreamSide({ clock, secrets, ownUri });
  const logs = createAccessLogs({
    clock,
    registry,
    override: options.accessLog,
    flushIntervalMs: options.accessLogFlushMs,
    onOpenFailed: (path, error) => log.error({ path, err: error }, 'the access log cannot be opened'),
  });
  const proxy = { self: () => selfOf(runtime), ownUri };
  const { callouts } = upstream;
  const spans = createSpanExporters({ clock, callouts, registry });
  const tap = createTapHub({ registry });
  const stages: StageDeps = { clock, random, registry, callouts, proxy, logs, spans, tap };
  const runtime: Runtime = createRuntime({
    httpFilters: createHttpFilterKinds(stages),
    networkFilters: createNetworkFilterKinds(stages),
    accessLogs: createAccessLogKinds({ random }),
    createBalancer,
    createHealth: createHealth({ clock, random, sender: createProbeSender(upstream) }),
    clock,
    random,
    resolveDns: async (host) => (await lookup(host, { all: true })).map((found) => found.address),
    outbound: options.mode === 'gateway' ? 'gateway' : 'outbound',
  });
  let folder: StateFolder | undefined;
  const state: StateFolder = {
    read: async (file) => folder?.read(file),
    write: async (file, content) => folder?.write(file, content),
  };
  const onProblem = (sentence: string, error?: unknown): void => {
    // An expected failure says all in its message; a stack would only hide it.
    if (error instanceof WeftError) log.warn({ code: error.code, reason: error.message }, sentence);
    else log.warn({ err: error }, sentence);
  };
  const manager = createIdentityManager({
    sign: createCaClient({ ...server, tokens, clock }),
    clock,
    random,
    store: createIdentityStore(state, `${options.workloadGroup.namespace}/${options.workloadGroup.name}`),
    onProblem,
  });
  const tls = createTlsIdentity(manager, () => runtime.tables.roots.current);
  const fingerprint = createHash('sha256').update(toBinary(NodeSchema, node)).digest('hex');
  const { rootCertPem, token } = tokens;
  const session = createSession({
    runtime,
    cache: createConfigCache({ folder: state, clock, fingerprint, resources: runtime.received, onProblem }),
    clock,
    log,
    connect: (handlers) => createXdsClient({ ...server, rootCertPem, token, node, handlers, clock, random }),
    // Its CA is there as well.
    onConnected: manager.hurry,
  });
  return {
    node,
    registry,
    runtime,
    manager,
    tls,
    session,
    secrets,
    upstream,
    stages,
    useFolder(open) {
      folder = open;
    },
  };
}

/** Every listener says the same of the proxy itself. */
function selfOf(runtime: Runtime) {
  for (const { workload } of runtime.tables.listeners.values()) return workload;
  return unknownWorkload;
}
