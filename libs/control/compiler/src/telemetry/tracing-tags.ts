/** What spans carry besides Envoy's own tags: what Istio says of a workload, and what the operator asks for. */

import { create, type MessageInitShape } from '@bufbuild/protobuf';
import type { TracingTag } from '@weft/model';
import { type CustomTag, CustomTagSchema } from '@weft/xds-messages/envoy/type/tracing/v3/custom_tag';
import type { Context } from '../context.ts';
import { clusterId } from '../names.ts';
import { canonicalRevision, canonicalService } from '../workload-labels.ts';

type TagInit = Exclude<MessageInitShape<typeof CustomTagSchema>, { $typeName: string }>;

/** In the order of their names. @param istioTags those of the workload, and of policies that only try. */
export function tracingTags(
  context: Context,
  custom: Readonly<Record<string, TracingTag>>,
  istioTags: boolean,
): CustomTag[] {
  const written = Object.entries(custom).flatMap(([tag, value]) => writtenTag(tag, value));
  const own = istioTags ? [...workloadTags(context), ...dryRunTags()] : [];
  // What an operator calls by a name of Istio's takes its place: a span has one value for a tag.
  const names = new Set(written.map(({ tag }) => tag));
  return [...own.filter(({ tag }) => !names.has(tag ?? '')), ...written]
    .sort((left, right) => ((left.tag ?? '') < (right.tag ?? '') ? -1 : 1))
    .map((tag) => create(CustomTagSchema, tag));
}

function writtenTag(tag: string, { literal, environment, header }: TracingTag): TagInit[] {
  if (literal !== undefined) return [{ tag, type: { case: 'literal', value: { value: literal.value } } }];
  if (environment !== undefined) {
    const { name, defaultValue = '' } = environment;
    return [{ tag, type: { case: 'environment', value: { name, defaultValue } } }];
  }
  if (header !== undefined) {
    const { name, defaultValue = '' } = header;
    return [{ tag, type: { case: 'requestHeader', value: { name, defaultValue } } }];
  }
  // A formatter's, which the proxy's API has no place for: `tracingProblems` says so.
  return [];
}

function workloadTags({ proxy }: Context): TagInit[] {
  const texts: Readonly<Record<string, string>> = {
    canonical_revision: canonicalRevision(proxy.labels),
    canonical_service: canonicalService(proxy.labels, proxy.workloadName),
    cluster_id: proxy.clusterId || clusterId,
    // One mesh: it has no name of its own.
    mesh_id: 'unknown',
    namespace: proxy.namespace,
  };
  return Object.entries(texts).map(([name, value]) => ({
    tag: `istio.${name}`,
    type: { case: 'literal', value: { value } },
  }));
}

/** What policies in dry run would have done. */
function dryRunTags(): TagInit[] {
  return ['allow', 'deny'].flatMap((action) =>
    [
      ['name', 'shadow_effective_policy_id'],
      ['result', 'shadow_engine_result'],
    ].map(
      ([what, key]): TagInit => ({
        tag: `istio.authorization.dry_run.${action}_policy.${what}`,
        type: {
          case: 'metadata',
          value: {
            kind: { kind: { case: 'request', value: {} } },
            metadataKey: {
              key: 'envoy.filters.http.rbac',
              path: [{ segment: { case: 'key', value: `istio_dry_run_${action}_${key}` } }],
            },
          },
        },
      }),
    ),
  );
}
