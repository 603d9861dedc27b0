/** The operator API's answers, read from the plane's parts at the time of the call. */

import type { InstanceView, ServiceView } from '@weft/control-registry';
import { type AnyResource, type Kind, parseDocuments, resourceKey, shownSpec } from '@weft/model';
import { configDumpOf } from '../config-dump.ts';
import type { MeshState } from '../mesh-state.ts';
import type { ProxyService } from '../proxy-service.ts';
import type { OperatorView, ResourceView, ServiceStatus } from './operator-view.ts';
import { analysisOf, planOf } from './plan-view.ts';
import { Problem } from './problem.ts';

export interface OperatorViewOptions {
  readonly version: string;
  readonly startedAtMs: number;
  readonly state: MeshState;
  readonly proxies: ProxyService;
}

export function createOperatorView(options: OperatorViewOptions): OperatorView {
  const { version, state, proxies } = options;
  const startedAt = new Date(options.startedAtMs).toISOString();

  const inFolder = (kind: string, namespace: string, name: string): AnyResource | undefined =>
    state.folders
      .flatMap((folder) => folder.resources())
      .find((one) => one.kind === kind && one.namespace === namespace && one.name === name);

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
      notices: [...new Set([...state.notices(), ...proxies.notices()])],
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
    async apply(yaml) {
      const parsed = parseDocuments('request', yaml);
      if (parsed.violations.length > 0) throw new Problem('invalid_resource', '', parsed.violations);
      for (const { kind, namespace, name } of parsed.resources) refuseFolder(kind, namespace, name);
      const result = state.applied.put(yaml);
      if (!result.accepted) throw new Problem('invalid_resource', '', result.violations);
      return result.applied;
    },
    analysis: () => analysisOf(proxies.planned()),
    plan: (request) => planOf(proxies.planned(), state.registry.kept(), request),
    async remove(kind, namespace, name) {
      refuseFolder(kind, namespace, name);
      const known = state.applied.resources().find((one) => one.kind === kind);
      if (known === undefined || !state.applied.delete(kind as Kind, namespace, name)) {
        throw new Problem('not_found', `no ${kind} ${namespace}/${name} was applied`);
      }
    },
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
