/** Callers as predicates of Envoy's RBAC: any of several, all of several, by address. */

import type { Network } from '@weft/model';
import { cidr } from '../policies/rbac/addresses.ts';
import type { PrincipalInit } from '../policies/rbac/predicate.ts';

export const anyone: PrincipalInit = { identifier: { case: 'any', value: true } };

/** @param ids at least one. */
export function anyOfThem(ids: readonly PrincipalInit[]): PrincipalInit {
  const [only] = ids;
  if (ids.length === 1 && only !== undefined) return only;
  return { identifier: { case: 'orIds', value: { ids: [...ids] } } };
}

/** @param ids at least one. */
export function allOfThem(ids: readonly PrincipalInit[]): PrincipalInit {
  const [only] = ids;
  if (ids.length === 1 && only !== undefined) return only;
  return { identifier: { case: 'andIds', value: { ids: [...ids] } } };
}

/** By the address of the connection, as Linkerd judges; one principal a network. */
export function fromNetworks(networks: readonly Network[]): readonly PrincipalInit[] {
  return networks.map(({ cidr: block, except = [] }) => {
    const within = fromBlock(block);
    if (except.length === 0) return within;
    return allOfThem([within, { identifier: { case: 'notId', value: anyOfThem(except.map(fromBlock)) } }]);
  });
}

function fromBlock(block: string): PrincipalInit {
  return { identifier: { case: 'directRemoteIp', value: cidr(block) } };
}

/** What Linkerd calls the cluster where its installation says nothing else (clusterNetworks). */
export const clusterNetworks: readonly Network[] = [
  '10.0.0.0/8',
  '100.64.0.0/10',
  '172.16.0.0/12',
  '192.168.0.0/16',
  'fd00::/8',
].map((block) => ({ cidr: block }));

export const loopback: readonly Network[] = [{ cidr: '127.0.0.0/8' }, { cidr: '::1' }];
