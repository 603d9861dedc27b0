/** What the operator API answers about a change before it is made, and about the configuration in force. */

import {
  type AnalysisFinding,
  analyse,
  deniedTraffic,
  describeChange,
  type PlannedChange,
  type PlannedMesh,
  planChanges,
  type Replay,
  readTap,
  replay,
  seenRequestsMax,
} from '@weft/control-compiler';
import { createRegistry, type KeptWorkload } from '@weft/control-registry';
import { createManualClock } from '@weft/kernel';
import { type AnyResource, createModel, type Model, parseDocuments, resourceKey } from '@weft/model';
import { Problem } from './problem.ts';

export interface PlanRequest {
  /** Documents that are applied, or that name what is deleted. */
  readonly yaml: string;
  readonly delete: boolean;
  /** JSON lines of taps, by the workload whose sidecar was tapped: what of it is denied from now on is a danger. */
  readonly traffic: readonly { readonly workload: string; readonly lines: string }[];
  /** Replayed: traffic of this time (epoch) and later; absent: none of it. */
  readonly replaySinceMs?: number | undefined;
}

export interface PlanAnswer {
  readonly changes: readonly (PlannedChange & { readonly sentence: string })[];
  /** Absent where none was asked for. */
  readonly replay?: Replay;
}

export function analysisOf({ input }: PlannedMesh): readonly AnalysisFinding[] {
  return analyse(input);
}

/**
 * @param kept workloads that are there, for the registry of the model to come.
 * @throws Problem invalid_resource with all violations, not_found for what is to be deleted and is not there.
 */
export function planOf(now: PlannedMesh, kept: readonly KeptWorkload[], request: PlanRequest): PlanAnswer {
  const parsed = parseDocuments('request', request.yaml);
  if (parsed.violations.length > 0) throw new Problem('invalid_resource', '', parsed.violations);
  const model = changedModel(now.input.model, parsed.resources, request.delete);
  const { domain, trustDomain } = now.input;
  const registry = createRegistry({ model, clock: createManualClock(), domain, trustDomain });
  registry.restore(kept);
  const next: PlannedMesh = { ...now, input: { ...now.input, model, registry: registry.view() } };
  const seen = request.traffic.flatMap(({ workload, lines }) => readTap(lines, workload)).slice(0, seenRequestsMax);
  const changes = [...planChanges(now, next), ...deniedTraffic(now, next, seen)].map((change) => ({
    ...change,
    sentence: describeChange(change),
  }));
  const since = request.replaySinceMs;
  if (since === undefined) return { changes };
  // A line that does not say when it was counts.
  const replayed = seen.filter(({ startedAtMs }) => startedAtMs === 0 || startedAtMs >= since);
  return { changes, replay: replay(now, next, replayed) };
}

function changedModel(model: Model, resources: readonly AnyResource[], deletes: boolean): Model {
  const named = new Set(resources.map((resource) => `${resource.kind} ${resourceKey(resource)}`));
  const others = model.resources.filter((resource) => !named.has(`${resource.kind} ${resourceKey(resource)}`));
  if (!deletes) return createModel([...others, ...resources]);
  const missing = resources.find((one) => model.get(one.kind, one.namespace, one.name) === undefined);
  if (missing !== undefined) throw new Problem('not_found', `there is no ${missing.kind} ${resourceKey(missing)}`);
  return createModel(others);
}
