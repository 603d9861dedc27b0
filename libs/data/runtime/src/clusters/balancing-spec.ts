/** lb_policy and load_balancing_policy as what a balancer is made of. */

import {
  Cluster_LbPolicy as LbPolicy,
  type LoadBalancingPolicy,
  Cluster_RingHashLbConfig_HashFunction as RingHash,
  type Cluster as XdsCluster,
} from '@weft/xds-messages/envoy/config/cluster/v3/cluster';
import type { BalancingPolicy, BalancingSpec } from '../balancer.ts';
import { refuse } from '../check/refuse.ts';
import { compileHashPolicy, hashDefaults } from './hash-policy.ts';
import { compileExtensionPolicy, type ExtensionPolicy } from './policy-extensions.ts';
import { activeRequestBias, choiceCount, compileSlowStart } from './policy-options.ts';
import { compileSubsets } from './subset-spec.ts';

/** All but what comes with the endpoints (`overprovisioning_factor` of EDS). */
export type ClusterBalancing = Omit<BalancingSpec, 'overprovisioningFactor'>;

/** Envoy's default for `healthy_panic_threshold`. */
const panicThreshold = 50;

/** @param weftPolicy from the metadata; it goes before lb_policy. @throws WeftError `config_rejected` */
export function compileBalancing(
  cluster: XdsCluster,
  weftPolicy: BalancingPolicy | undefined,
  where: string,
): ClusterBalancing {
  const common = cluster.commonLbConfig;
  const threshold = common?.healthyPanicThreshold?.value ?? panicThreshold;
  if (threshold < 0 || threshold > 100) refuse(where, 'healthy_panic_threshold must be 0 to 100');
  const chosen = weftPolicy === undefined ? choose(cluster, where) : { policy: weftPolicy };
  const subsets = compileSubsets(cluster.lbSubsetConfig, where);
  const locality = common?.localityConfigSpecifier;
  const weighted = chosen.localityWeighted ?? locality?.case === 'localityWeightedLbConfig';
  return {
    policy: chosen.policy,
    panicThreshold: threshold,
    failTrafficOnPanic:
      chosen.failTrafficOnPanic ?? (locality?.case === 'zoneAwareLbConfig' ? locality.value.failTrafficOnPanic : false),
    // As Envoy: within subsets locality weights count only where it is said so.
    localityWeighted: weighted && (subsets === undefined || cluster.lbSubsetConfig?.localityWeightAware === true),
    subsets,
    hashBalanceFactor: chosen.hashBalanceFactor ?? 0,
  };
}

function choose(cluster: XdsCluster, where: string): ExtensionPolicy {
  if (cluster.loadBalancingPolicy !== undefined) return chooseTyped(cluster.loadBalancingPolicy, where);
  const hashing = cluster.commonLbConfig?.consistentHashingLbConfig;
  const factor = hashing?.hashBalanceFactor ?? 0;
  if (factor !== 0 && factor < 100) refuse(where, 'hash_balance_factor must be 100 or more');
  const useHostname = hashing?.useHostnameForHashing ?? false;
  switch (cluster.lbPolicy) {
    case LbPolicy.ROUND_ROBIN: {
      const given = cluster.lbConfig.case === 'roundRobinLbConfig' ? cluster.lbConfig.value : undefined;
      return { policy: { kind: 'round-robin', slowStart: compileSlowStart(given?.slowStartConfig, where) } };
    }
    case LbPolicy.LEAST_REQUEST: {
      const given = cluster.lbConfig.case === 'leastRequestLbConfig' ? cluster.lbConfig.value : undefined;
      return {
        policy: {
          kind: 'least-request',
          choiceCount: choiceCount(given?.choiceCount, where),
          activeRequestBias: activeRequestBias(given?.activeRequestBias?.defaultValue, where),
          slowStart: compileSlowStart(given?.slowStartConfig, where),
        },
      };
    }
    case LbPolicy.RANDOM:
      return { policy: { kind: 'random' } };
    case LbPolicy.RING_HASH: {
      const given = cluster.lbConfig.case === 'ringHashLbConfig' ? cluster.lbConfig.value : undefined;
      const policy = compileHashPolicy(
        {
          kind: 'ring-hash',
          minimumRingSize: given?.minimumRingSize ?? hashDefaults.minimumRingSize,
          maximumRingSize: given?.maximumRingSize ?? hashDefaults.maximumRingSize,
          murmur: given?.hashFunction === RingHash.MURMUR_HASH_2,
          useHostname,
        },
        where,
      );
      return { policy, hashBalanceFactor: factor };
    }
    case LbPolicy.MAGLEV: {
      const given = cluster.lbConfig.case === 'maglevLbConfig' ? cluster.lbConfig.value : undefined;
      const tableSize = given?.tableSize ?? hashDefaults.tableSize;
      return {
        policy: compileHashPolicy({ kind: 'maglev', tableSize, useHostname }, where),
        hashBalanceFactor: factor,
      };
    }
    case LbPolicy.CLUSTER_PROVIDED:
      // Of ORIGINAL_DST clusters, where nothing is balanced: `compileDiscovery` sees to it.
      return { policy: { kind: 'random' } };
    default:
      return refuse(where, `lb_policy ${cluster.lbPolicy} is not supported`);
  }
}

/** Envoy's rule: the first policy that is known. */
function chooseTyped(given: LoadBalancingPolicy, where: string): ExtensionPolicy {
  for (const { typedExtensionConfig } of given.policies) {
    const chosen = compileExtensionPolicy(typedExtensionConfig, where);
    if (chosen !== undefined) return chosen;
  }
  const names = given.policies.map(({ typedExtensionConfig }) => typedExtensionConfig?.name ?? '').join(', ');
  return refuse(where, `load_balancing_policy: none of (${names}) is supported`);
}
