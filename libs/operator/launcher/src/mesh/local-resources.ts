/** The WorkloadGroup and the Service of a process that `weft run` puts into the mesh. */

import { AdminError, type OperatorClient } from '@weft/operator-admin-client';

export interface LocalResource {
  readonly apiVersion: string;
  readonly kind: 'WorkloadGroup' | 'Service';
  readonly metadata: { readonly name: string; readonly namespace: string };
  readonly spec: unknown;
}

export interface LocalWorkload {
  readonly name: string;
  readonly namespace: string;
  readonly port: number;
  readonly portName: string;
}

export function localResources(workload: LocalWorkload): readonly LocalResource[] {
  const { name, namespace, port, portName } = workload;
  const metadata = { name, namespace };
  return [
    {
      apiVersion: 'networking.istio.io/v1',
      kind: 'WorkloadGroup',
      metadata,
      spec: {
        metadata: { labels: { app: name, version: 'v1' } },
        template: { serviceAccount: name },
        probe: { periodSeconds: 1, timeoutSeconds: 1, failureThreshold: 2, tcpSocket: { port } },
      },
    },
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata,
      spec: { selector: { app: name }, ports: [{ name: portName, port, targetPort: portName }] },
    },
  ];
}

/** Applies what the mesh does not have yet. @returns what was applied. @throws AdminError */
export async function applyMissing(
  operator: OperatorClient,
  resources: readonly LocalResource[],
): Promise<readonly LocalResource[]> {
  const made: LocalResource[] = [];
  for (const resource of resources) {
    const known = await operator.resources({ kind: resource.kind, ...resource.metadata });
    if (known.length > 0) continue;
    // JSON is YAML.
    await operator.apply(JSON.stringify(resource));
    made.push(resource);
  }
  return made;
}

/** Removes them, the last one first; one that is gone, or a mesh that is, is no failure. */
export async function removeResources(operator: OperatorClient, resources: readonly LocalResource[]): Promise<void> {
  for (const { kind, metadata } of [...resources].reverse()) {
    try {
      await operator.remove(kind, metadata.namespace, metadata.name);
    } catch (error) {
      if (!(error instanceof AdminError)) throw error;
    }
  }
}
