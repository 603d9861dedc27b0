/** What NetworkPolicies do to the connections of one client, in words. */

import type { ProxyDescription } from '@weft/control-registry';
import { describeProvenance } from '@weft/kernel';
import type { PlannedMesh } from '../plan/offline-mesh.ts';
import { provenanceOf } from '../provenance.ts';
import { cutsOf, type FlowEnd } from './flow-cuts.ts';

export interface ExplainedCut {
  /** "NetworkPolicy shop/x cuts order → payment:8080". */
  readonly sentence: string;
  /** "file:line" of each policy, with its name. */
  readonly places: readonly string[];
}

/** @param targets "10.0.0.1:8080": endpoints that the client's proxy would choose from; those of no known workload are left out. Each cut once. */
export function explainCuts(
  { input, proxies }: PlannedMesh,
  client: ProxyDescription,
  targets: readonly string[],
): readonly ExplainedCut[] {
  if (input.model.byKind('NetworkPolicy').length === 0) return [];
  const byAddress = firstOf(proxies.flatMap((proxy) => [proxy.address, ...proxy.addresses].map((one) => [one, proxy])));
  let portsByTarget: ReadonlyMap<string, string> | undefined;
  const found = new Map<string, ExplainedCut>();
  for (const target of targets) {
    const colon = target.lastIndexOf(':');
    const [address, number] = [target.slice(0, colon), Number(target.slice(colon + 1))];
    const server = byAddress.get(address);
    if (server === undefined) continue;
    portsByTarget ??= portNames(input);
    const name = server.ingress.find(({ port }) => port === number)?.name ?? portsByTarget.get(target) ?? '';
    const policies = cutsOf(input.model, endOf(client), endOf(server), { number, name });
    if (policies.length === 0) continue;
    const names = policies.map((policy) => `${policy.namespace}/${policy.name}`);
    const foreign = server.namespace === client.namespace ? '' : `.${server.namespace}`;
    const kind = names.length === 1 ? 'NetworkPolicy' : 'NetworkPolicies';
    const sentence = `${kind} ${names.join(', ')} ${names.length === 1 ? 'cuts' : 'cut'} ${client.workloadName} → ${server.workloadName}${foreign}:${number}`;
    const places = policies.map((policy) => describeProvenance(provenanceOf(policy, '')));
    found.set(sentence, { sentence, places });
  }
  return [...found.values()];
}

function endOf({ namespace, labels, address, addresses }: ProxyDescription): FlowEnd {
  // Workloads of a folder share loopback: their addresses say nothing of a pod's.
  const known = [...new Set([address, ...addresses])].filter((one) => !one.startsWith('127.'));
  return { namespace, labels, addresses: known };
}

/** "10.0.0.1:8080" → the name of the port of the first Service that leads there. */
function portNames({ registry }: PlannedMesh['input']): ReadonlyMap<string, string> {
  const found: [string, string][] = [];
  for (const { ports, instances } of registry.services.values()) {
    const names = new Map(ports.map(({ number, name }) => [number, name]));
    for (const { address, ports: reached } of instances) {
      for (const [number, at] of reached) {
        const name = names.get(number);
        if (name !== undefined) found.push([`${address}:${at}`, name]);
      }
    }
  }
  return firstOf(found);
}

function firstOf<T>(entries: readonly (readonly [string, T])[]): ReadonlyMap<string, T> {
  const found = new Map<string, T>();
  for (const [key, value] of entries) if (!found.has(key)) found.set(key, value);
  return found;
}
