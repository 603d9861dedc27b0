/** Which endpoints are offered the mesh's mutual TLS. */

import type { InstanceView } from '@weft/control-registry';
import type { World } from '../world.ts';

/** @param port that the endpoint is connected to on. */
export type TakesMutualTls = (instance: InstanceView, port: number) => boolean;

/**
 * Those behind a sidecar, but not where a PeerAuthentication switches it off for their workload or that port: what a whole namespace
 * says is said of the cluster (Istio, endpoints mtlsChecker).
 */
export function takesMutualTls({ policies }: Pick<World, 'policies'>): TakesMutualTls {
  if (policies.disabling.length === 0) return ({ mutualTls }) => mutualTls;
  return (instance, port) => {
    if (!instance.mutualTls) return false;
    const { mutualTls } = policies.of(instance);
    return (mutualTls.ports.get(port) ?? mutualTls).mode !== 'DISABLE';
  };
}

/** For caches: lists of one key are offered the same. @param servicePort that they are reached by. */
export function mutualTlsKey(
  { policies }: Pick<World, 'policies'>,
  instances: readonly InstanceView[],
  servicePort: number,
): string {
  if (policies.disabling.length === 0) return '';
  const takes = takesMutualTls({ policies });
  return instances.map((instance) => (takes(instance, instance.ports.get(servicePort) ?? 0) ? '1' : '0')).join('');
}
