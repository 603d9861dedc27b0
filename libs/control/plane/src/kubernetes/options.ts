/** What a control plane is told of the Kubernetes cluster that it serves. */

import { AccessError, accessFromKubeconfig, accessFromPod, type ClusterAccess } from '@weft/control-sources';
import type { Clock, Random } from '@weft/kernel';
import type { Address } from '../grpc/listen.ts';
import { SettingError } from '../setting-error.ts';

export interface KubernetesOptions {
  readonly access: ClusterAccess;
  /** The pod, or the process: unique among the replicas. */
  readonly identity: string;
  /** Where the validating webhook listens; off where absent. */
  readonly webhook?: Address | undefined;
  readonly random: Random;
}

/**
 * By a kubeconfig, else as a pod of the cluster.
 * @throws SettingError.
 */
export async function accessCluster(
  kubeconfig: string | undefined,
  environment: Readonly<Record<string, string | undefined>>,
  clock: Clock,
): Promise<ClusterAccess> {
  try {
    if (kubeconfig !== undefined) return await accessFromKubeconfig(kubeconfig, clock);
    return await accessFromPod(environment, clock);
  } catch (error) {
    if (!(error instanceof AccessError)) throw error;
    throw new SettingError(`${kubeconfig === undefined ? '--kubernetes' : '--kubeconfig'}: ${error.message}`);
  }
}
