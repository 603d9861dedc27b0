/** All policies that apply to one workload, selected once for each model and workload. */

import type { ProxyDescription } from '@weft/control-registry';
import {
  type AuthorizationPolicies,
  type EffectiveMutualTls,
  effectiveMutualTls,
  type MeshConfig,
  type Model,
  type Resource,
  type SelectedJwtRule,
  selectAuthorizationPolicies,
  selectJwtRules,
} from '@weft/model';
import { sameElements } from '../same-elements.ts';

export interface WorkloadPolicies {
  readonly authorization: AuthorizationPolicies;
  readonly jwtRules: readonly SelectedJwtRule[];
  readonly mutualTls: EffectiveMutualTls;
}

/** Workloads whose policies are remembered for one model; of more they are selected each time. */
export const workloadPoliciesMax = 10_000;

export interface PolicyIndex {
  /** Equal selections are the same object, also over models: what listeners compare. */
  of(proxy: Pick<ProxyDescription, 'namespace' | 'labels'>): WorkloadPolicies;
  /** As clients must take it for services of a namespace, where no workload says more. */
  ofNamespace(namespace: string): WorkloadPolicies;
  /** All PeerAuthentications where one of them switches mutual TLS off, else none; the same list for as long as they are the same. */
  readonly disabling: readonly PeerAuthentication[];
}

type PeerAuthentication = Resource<'PeerAuthentication'>;

/** @param last the index of the model before. */
export function createPolicyIndex(model: Model, mesh: MeshConfig, last?: PolicyIndexState): PolicyIndexState {
  const authorization = model.byKind('AuthorizationPolicy');
  const authentication = model.byKind('RequestAuthentication');
  const peers = model.byKind('PeerAuthentication');
  const known = new Map<string, WorkloadPolicies>();
  const select = (namespace: string, labels: Readonly<Record<string, string>>): WorkloadPolicies => {
    const key = `${namespace}|${Object.entries(labels).sort().join('|')}`;
    const found = known.get(key);
    if (found !== undefined) return found;
    const workload = { namespace, labels };
    const made = keep(last?.known.get(key), {
      authorization: selectAuthorizationPolicies(authorization, workload, mesh.rootNamespace),
      jwtRules: selectJwtRules(authentication, workload, mesh.rootNamespace),
      mutualTls: effectiveMutualTls(peers, workload, mesh.rootNamespace),
    });
    if (known.size < workloadPoliciesMax) known.set(key, made);
    return made;
  };
  const disabling = peers.some(switchesOff) ? peers : [];
  return {
    known,
    disabling: last !== undefined && sameElements(last.disabling, disabling) ? last.disabling : disabling,
    of: ({ namespace, labels }) => select(namespace, labels),
    ofNamespace: (namespace) => select(namespace, {}),
  };
}

export interface PolicyIndexState extends PolicyIndex {
  readonly known: ReadonlyMap<string, WorkloadPolicies>;
}

function switchesOff({ spec: { mtls, portLevelMtls = {} } }: PeerAuthentication): boolean {
  return [mtls, ...Object.values(portLevelMtls)].some((terms) => terms?.mode === 'DISABLE');
}

function keep(before: WorkloadPolicies | undefined, now: WorkloadPolicies): WorkloadPolicies {
  if (before === undefined) return now;
  return sameElements(resourcesOf(before), resourcesOf(now)) ? before : now;
}

function resourcesOf({ authorization, jwtRules, mutualTls }: WorkloadPolicies): readonly unknown[] {
  const { custom, audit, deny, allow } = authorization;
  const modes = [...mutualTls.ports].flatMap(([port, { mode, policy }]) => [port, mode, policy]);
  return [
    ...[custom, audit, deny, allow].flatMap((list) => [...list, null]),
    ...jwtRules.map(({ rule }) => rule),
    null,
    mutualTls.mode,
    mutualTls.policy,
    ...modes,
  ];
}
