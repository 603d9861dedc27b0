/** Where a workload's accesses are logged. */

import type { MeshConfig } from '../mesh-config/spec.ts';
import type { Resource } from '../resource.ts';
import { isAbout, providerNames, type TrafficSide } from './scope.ts';

export interface AccessLogTarget {
  /** Name of an extension provider, which the mesh configuration need not have. */
  readonly provider: string;
  /** CEL: only what it holds for; absent: everything. */
  readonly filter?: string;
  /** Absent for a default provider of the mesh. */
  readonly telemetry?: Resource<'Telemetry'>;
}

/**
 * A Telemetry that names providers replaces those of the wider one; one that names none changes how the wider one's are used.
 * @param telemetries of `selectTelemetries`.
 * @returns undefined where nobody says anything: then `accessLogFile` of the mesh configuration decides. An empty list: no log.
 */
export function mergeAccessLogging(
  telemetries: readonly Resource<'Telemetry'>[],
  mesh: MeshConfig,
  side: TrafficSide,
): AccessLogTarget[] | undefined {
  const defaults = mesh.defaultProviders.accessLogging;
  const speaking = telemetries.filter(({ spec }) => (spec.accessLogging ?? []).length > 0);
  if (speaking.length === 0) return defaults.length === 0 ? undefined : defaults.map((provider) => ({ provider }));
  let inherited: readonly string[] = defaults;
  let targets = new Map<string, AccessLogTarget>(defaults.map((provider) => [provider, { provider }]));
  for (const telemetry of speaking) {
    const entries = (telemetry.spec.accessLogging ?? []).filter(({ match }) => isAbout(match, side));
    const named = entries.flatMap(({ providers }) => providerNames(providers));
    if (named.length > 0) {
      inherited = [...new Set(named)];
      targets = new Map([...targets].filter(([name]) => inherited.includes(name)));
    }
    for (const { providers, disabled, filter } of entries) {
      const names = providerNames(providers);
      for (const provider of names.length === 0 ? inherited : names) {
        if (disabled === true) targets.delete(provider);
        else {
          targets.set(provider, {
            provider,
            telemetry,
            ...(filter === undefined ? {} : { filter: filter.expression }),
          });
        }
      }
    }
  }
  return [...targets.values()];
}
