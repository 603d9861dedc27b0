/** The parts of a proxy that hold its state, made before anything runs. */

import { createHash } from 'node:crypto';
import { toBinary } from '@bufbuild/protobuf';
import { registerIstioBuild } from '@weft/data-filters';
import { rootsSecretName } from '@weft/data-runtime';
import type { IdentityManager } from '@weft/identity';
import type { Part } from '@weft/kernel';
import { type Node, NodeSchema } from '@weft/xds-messages/envoy/config/core/v3/base';
import { createXdsClient, type ResourceUpdate } from '@weft/xds-protocol';
import { createOwnIdentity, reportProblem } from './identity/own-identity.ts';
import type { TlsIdentity } from './identity/tls-identity.ts';
import type { ProxyOptions } from './proxy-options.ts';
import { createConfigCache } from './session/config-cache.ts';
import { describeNode } from './session/node-description.ts';
import { createSession, type Session } from './session/session.ts';
import { createLateStateFolder, type LateStateFolder } from './session/state-folder.ts';
import { createWorkParts, type WorkParts } from './work-parts.ts';

export interface ProxyParts extends WorkParts {
  readonly node: Node;
  readonly manager: IdentityManager;
  readonly tls: TlsIdentity;
  readonly session: Session;
  /** Nothing: it was not asked for. */
  readonly workloadApi: Part | undefined;
  /** Tells of each update that is in force, before anything else comes. */
  onApplied(told: (update: ResourceUpdate) => void): void;
  readonly state: LateStateFolder;
}

export function createProxyParts(options: ProxyOptions): ProxyParts {
  const { clock, random, log } = options;
  const node = describeNode(options);
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
  const state = createLateStateFolder();
  const { manager, tls, server, credentials, workloadApi } = createOwnIdentity(options, state, {
    roots: () => runtime.tables.roots.current,
    lists() {
      const roots = runtime.tables.secrets.get(rootsSecretName);
      return roots?.kind === 'roots' ? roots.crlPem : '';
    },
  });
  const onProblem = (sentence: string, error?: unknown): void => reportProblem(log, sentence, error);
  const fingerprint = createHash('sha256').update(toBinary(NodeSchema, node)).digest('hex');
  const session = createSession({
    runtime: { ...runtime, apply },
    cache: createConfigCache({ folder: state, clock, fingerprint, resources: runtime.received, onProblem }),
    clock,
    log,
    connect: (handlers) => createXdsClient({ ...server, credentials, node, handlers, clock, random }),
    // Its CA is there as well.
    onConnected: manager.hurry,
  });
  return {
    ...work,
    workloadApi,
    node,
    manager,
    tls,
    session,
    onApplied: (told) => void applied.push(told),
    state,
  };
}
