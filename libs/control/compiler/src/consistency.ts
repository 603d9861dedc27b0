/** The check before publishing: everything that a resource names is there, and nothing is there for nobody. */

import { certificateSecretName } from './names.ts';
import type { References } from './references.ts';
import type { ResourceType } from './resource-types.ts';
import { credentialPrefix } from './secrets/credential-names.ts';

/** The part of a compiled resource that the check reads. */
export interface CheckedResource {
  readonly references: References;
  /** Clusters that a rule names and that do not exist; a notice tells so, and the proxy answers 503 NC. */
  readonly missingClusters: readonly string[];
}

export type CheckedSet = Readonly<Record<ResourceType, ReadonlyMap<string, CheckedResource>>>;

/** What is wrong, one sentence each; empty: the set can be published. @param beside what else there is; it is checked on its own. */
export function checkConsistency(set: CheckedSet, beside: Partial<CheckedSet> = {}): readonly string[] {
  const problems: string[] = [];
  const has = (type: ResourceType, name: string): boolean => set[type].has(name) || beside[type]?.has(name) === true;
  const wantedEndpoints = new Set<string>();
  for (const type of ['cluster', 'listener', 'route'] as const) {
    for (const [name, { references, missingClusters }] of set[type]) {
      const who = `${type} ${name}`;
      for (const cluster of references.clusters) {
        if (!has('cluster', cluster) && !missingClusters.includes(cluster)) {
          problems.push(`${who} names cluster ${cluster}, which is neither there nor noted as missing`);
        }
      }
      for (const route of references.routes) {
        if (!has('route', route)) problems.push(`${who} names route configuration ${route}, which is not there`);
      }
      for (const endpoint of references.endpoints) {
        wantedEndpoints.add(endpoint);
        if (!has('endpoint', endpoint)) problems.push(`${who} names endpoints ${endpoint}, which are not there`);
      }
      for (const secret of references.secrets) {
        // The proxy makes its own certificate: no control plane ever holds its key. A user's Secret may be missing: then nothing goes there.
        const excused = secret === certificateSecretName || secret.startsWith(credentialPrefix);
        if (!excused && !has('secret', secret)) {
          problems.push(`${who} names secret ${secret}, which is not there`);
        }
      }
    }
  }
  for (const name of set.endpoint.keys()) {
    if (!wantedEndpoints.has(name)) problems.push(`endpoints ${name} belong to no cluster`);
  }
  const wantedRoutes = new Set([...set.listener.values()].flatMap((listener) => listener.references.routes));
  for (const name of set.route.keys()) {
    if (!wantedRoutes.has(name)) problems.push(`route configuration ${name} belongs to no listener`);
  }
  return problems;
}
