/** The operator API's answers, read from the plane's parts at the time of the call. */

import { explainCuts } from '@weft/control-compiler';
import type { InstanceView, ServiceView } from '@weft/control-registry';
import type { JournalEntry, PutResult } from '@weft/control-sources';
import { type AnyResource, type Kind, parseDocuments, resourceKey, shownSpec } from '@weft/model';
import { configDumpOf } from '../config-dump.ts';
import { gatewayAddresses } from '../kubernetes/gateway-addresses.ts';
import type { MeshState } from '../mesh-state.ts';
import type { ProxyService } from '../proxy-service.ts';
import { conditionsView } from './conditions-view.ts';
import type { AppliedChanges, HistoryItem, OperatorView, ResourceView, ServiceStatus } from './operator-view.ts';
import { analysisOf, planOf } from './plan-view.ts';
import { Problem } from './problem.ts';
import { proxyNotices } from './proxy-notices.ts';

export interface OperatorViewOptions {
  readonly version: string;
  readonly startedAtMs: number;
  readonly state: MeshState;
  readonly proxies: ProxyService;
}

export function createOperatorView(options: OperatorViewOptions): OperatorView {
  const { version, state, proxies } = options;
  const startedAt = new Date(options.startedAtMs).toISOString();

  /** What a file says is in the model, whatever was applied besides. */
  const inFolder = (kind: string, namespace: string, name: string): AnyResource | undefined => {
    const found = state.model().get(kind as Kind, namespace, name) as AnyResource | undefined;
    return found && state.folders.some((folder) => folder.resources().includes(found)) ? found : undefined;
  };

  const refuseFolder = (kind: string, namespace: string, name: string): void => {
    const found = inFolder(kind, namespace, name);
    if (found === undefined) return;
    const { file, line } = found.position;
    throw new Problem('conflict', `${kind} ${resourceKey(found)} is defined in ${file}:${line}; edit that file`);
  };

  return {
    version,
    status: () => ({
      version,
      startedAt,
      sources: state.files().map(({ file, state: fileState, resources, violations, lastGoodAt }) => ({
        file,
        state: fileState,
        resources,
        violations,
        lastGoodAt,
      })),
      services: [...state.registry.view().services.values()].map(serviceStatus),
      notices: [...new Set([...state.notices(), ...proxies.notices(), ...proxyNotices(proxies.list())])],
      conditions: conditionsView(state.model(), (namespace, name) =>
        gatewayAddresses(proxies.connected(), namespace, name),
      ),
      proxies: proxies.list().length,
    }),
    proxies: () => proxies.list(),
    snapshot(proxyId) {
      const snapshot = proxies.snapshot(proxyId);
      return snapshot === undefined ? undefined : configDumpOf(snapshot);
    },
    resources: ({ kind, namespace, name }) =>
      state
        .model()
        .resources.filter(
          (one) =>
            (kind === undefined || one.kind === kind) &&
            (namespace === undefined || one.namespace === namespace) &&
            (name === undefined || one.name === name),
        )
        .map(resourceView),
    async apply(yaml, ifVersion) {
      const parsed = parseDocuments('request', yaml);
      if (parsed.violations.length > 0) throw new Problem('invalid_resource', '', parsed.violations);
      for (const { kind, namespace, name } of parsed.resources) refuseFolder(kind, namespace, name);
      return taken(state.applied.put(yaml, undefined, ifVersion));
    },
    history: () => ({ version: state.applied.version(), entries: state.applied.history().map(historyItem) }),
    async rollback(version, ifVersion) {
      for (const { version: of, changes } of state.applied.history()) {
        if (of > version) for (const { kind, namespace, name } of changes) refuseFolder(kind, namespace, name);
      }
      const result = state.applied.rollback(version, ifVersion);
      if (result === undefined) {
        throw new Problem('not_found', `the history does not reach back to version ${version}`);
      }
      return taken(result);
    },
    analysis: () => analysisOf(proxies.planned()),
    networkCuts(proxyId, targets) {
      const planned = proxies.planned();
      const client = planned.proxies.find(({ id }) => id === proxyId);
      if (client === undefined) throw new Problem('not_found', `no proxy ${proxyId} is connected`);
      return explainCuts(planned, client, targets);
    },
    plan: (request) => planOf(proxies.planned(), state.registry.kept(), request),
    async remove(kind, namespace, name, ifVersion) {
      const version = state.applied.version();
      if (ifVersion !== undefined && ifVersion !== version) throw outdated(version);
      refuseFolder(kind, namespace, name);
      const known = state.applied.resources().find((one) => one.kind === kind);
      if (known === undefined || !state.applied.delete(kind as Kind, namespace, name)) {
        throw new Problem('not_found', `no ${kind} ${namespace}/${name} was applied`);
      }
    },
  };
}

function taken(result: PutResult): AppliedChanges {
  if (result.accepted) return { applied: result.applied, version: result.version };
  if (result.conflict !== undefined) throw outdated(result.conflict.version);
  throw new Problem('invalid_resource', '', result.violations);
}

function outdated(version: number): Problem {
  return new Problem('version_conflict', `the history is at version ${version}`);
}

/** Without the texts: they may hold keys. */
function historyItem({ changes, version, at, action, to }: JournalEntry): HistoryItem {
  return {
    version,
    at,
    action,
    ...(to === undefined ? {} : { to }),
    changes: changes.map(({ kind, namespace, name, before, after }) => {
      const change = after === undefined ? 'deleted' : before === undefined ? 'created' : 'configured';
      return { kind, namespace, name, change };
    }),
  };
}

function resourceView(resource: AnyResource): ResourceView {
  const { apiVersion, kind, namespace, name, position } = resource;
  return { apiVersion, kind, namespace, name, file: position.file, line: position.line, spec: shownSpec(resource) };
}

function serviceStatus({ host, ports, instances }: ServiceView): ServiceStatus {
  return {
    host,
    ports: ports.map(({ name, number, protocol }) => ({ name, number, protocol })),
    instances: instances.map((instance) => ({
      address: addressOf(instance),
      healthy: instance.healthy,
      workload: instance.workloadName,
      version: instance.labels['version'] ?? '',
    })),
  };
}

/** "127.0.0.1:21003,21004": one workload listens on a port for each port of the service. */
function addressOf({ address, ports }: InstanceView): string {
  return ports.size === 0 ? address : `${address}:${[...new Set(ports.values())].join(',')}`;
}
