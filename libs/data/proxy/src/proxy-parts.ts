/** The parts of a proxy that hold its state, made before anything runs. */

import { createHash } from 'node:crypto';
import { isIP } from 'node:net';
import { toBinary } from '@bufbuild/protobuf';
import { registerIstioBuild } from '@weft/data-filters';
import { createIdentityManager, type IdentityManager } from '@weft/identity';
import { type Part, WeftError } from '@weft/kernel';
import { type Node, NodeSchema } from '@weft/xds-messages/envoy/config/core/v3/base';
import { createXdsClient, type ResourceUpdate } from '@weft/xds-protocol';
import { formatHostPort } from './admin/side-server.ts';
import { callCredentials, createCaClient } from './identity/ca-client.ts';
import { createIdentityStore } from './identity/identity-store.ts';
import { createTlsIdentity, type TlsIdentity } from './identity/tls-identity.ts';
import { createTokenFolder } from './identity/token-folder.ts';
import type { ProxyOptions } from './proxy-options.ts';
import { createConfigCache } from './session/config-cache.ts';
import { describeNode } from './session/node-description.ts';
import { createSession, type Session } from './session/session.ts';
import type { StateFolder } from './session/state-folder.ts';
import { createWorkParts, type WorkParts } from './work-parts.ts';
import { createJwtClient } from './workload-api/jwt-client.ts';
import { createWorkloadApi } from './workload-api/workload-api.ts';

export interface ProxyParts extends WorkParts {
  readonly node: Node;
  readonly manager: IdentityManager;
  readonly tls: TlsIdentity;
  readonly session: Session;
  /** Nothing: it was not asked for. */
  readonly workloadApi: Part | undefined;
  /** Tells of each update that is in force, before anything else comes. */
  onApplied(told: (update: ResourceUpdate) => void): void;
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
  // Workers look after the health of endpoints each for itself.
  const work = createWorkParts(
    options,
    { material: () => tls.material(), ownUri: () => tls.ownUri() },
    (options.concurrency ?? 1) === 1,
  );
  const { runtime } = work;
  registerIstioBuild(work.registry, options.version);
  const applied: ((update: ResourceUpdate) => void)[] = [];
  const apply = (update: ResourceUpdate): string | undefined => {
    const refusal = runtime.apply(update);
    if (refusal === undefined) for (const told of applied) told(update);
    return refusal;
  };
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
  const shown = {
    tokens,
    rootsPem: () => runtime.tables.roots.current ?? '',
    certificate: () => {
      const own = manager.current();
      return own === undefined ? undefined : { certChainPem: own.certChainPem, privateKeyPem: own.privateKeyPem };
    },
  };
  const manager: IdentityManager = createIdentityManager({
    sign: createCaClient({ ...server, ...shown, clock }),
    clock,
    random,
    store: createIdentityStore(state, `${options.workloadGroup.namespace}/${options.workloadGroup.name}`),
    onProblem,
  });
  const tls = createTlsIdentity(
    manager,
    () => runtime.tables.roots.current,
    () => {
      const roots = runtime.tables.secrets.get('ROOTCA');
      return roots?.kind === 'roots' ? roots.crlPem : '';
    },
  );
  const fingerprint = createHash('sha256').update(toBinary(NodeSchema, node)).digest('hex');
  const session = createSession({
    runtime: { ...runtime, apply },
    cache: createConfigCache({ folder: state, clock, fingerprint, resources: runtime.received, onProblem }),
    clock,
    log,
    connect: (handlers) =>
      createXdsClient({ ...server, credentials: () => callCredentials(shown), node, handlers, clock, random }),
    // Its CA is there as well.
    onConnected: manager.hurry,
  });
  const { workloadApi: path } = options;
  const workloadApi =
    path === undefined
      ? undefined
      : createWorkloadApi({
          ...{ path, clock, log },
          identity: manager.current,
          trust: () => ({
            rootsPem: tls.material()?.rootsPem ?? manager.current()?.rootPem ?? '',
            crlPem: tls.material()?.crlPem ?? '',
          }),
          onChange: tls.onRotate,
          jwt: createJwtClient({ ...server, ...shown, clock }),
        });
  return {
    ...work,
    workloadApi,
    node,
    manager,
    tls,
    session,
    onApplied: (told) => void applied.push(told),
    useFolder(open) {
      folder = open;
    },
  };
}
