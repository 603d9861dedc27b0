/** CUSTOM AuthorizationPolicies: an external authorizer is asked where one of their rules matches. */

import { create, type MessageInitShape } from '@bufbuild/protobuf';
import { type ExtAuthzHttpProvider, type ExtAuthzProvider, findProvider, isDryRun, type MeshConfig } from '@weft/model';
import { ApiVersion } from '@weft/xds-messages/envoy/config/core/v3/config_source';
import { type Policy, type RBAC, RBAC_Action, RBACSchema } from '@weft/xds-messages/envoy/config/rbac/v3/rbac';
import { type ExtAuthz, ExtAuthzSchema } from '@weft/xds-messages/envoy/extensions/filters/http/ext_authz/v3/ext_authz';
import type { StringMatcherSchema } from '@weft/xds-messages/envoy/type/matcher/v3/string';
import type { StatusCode } from '@weft/xds-messages/envoy/type/v3/http_status';
import { duration } from '../messages/core.ts';
import { notice, provenanceOf } from '../provenance.ts';
import { type AuthorizationResource, type AuthorizationScope, namedPolicies } from './authorization.ts';
import { stringForm } from './rbac/string-forms.ts';

/** What the shadow rules that decide whether to ask leave in the metadata begins with this. */
export const customShadowPrefix = 'istio_ext_authz_';
const policyPrefix = 'istio-ext-authz-';
const deniedPolicy = 'default-deny-all-due-to-bad-CUSTOM-action';
const defaultTimeoutMs = 600_000;
const defaultStatusOnError = 403;

export interface CustomAuthorization {
  /** Stands before the authorizer: as shadow it decides which requests are asked about, enforced it denies them all. */
  readonly rules: RBAC;
  /** Nothing where the provider is not known: then `rules` are enforced. */
  readonly authorizer: ExtAuthz | undefined;
  readonly notices: readonly string[];
}

/** The cluster of a provider's service, or a sentence that says why there is none. */
export type ClusterOf = (service: string, port: number) => { readonly cluster: string } | { readonly problem: string };

/** Nothing where no CUSTOM policy has a rule. */
export function customAuthorization(
  resources: readonly AuthorizationResource[],
  scope: AuthorizationScope,
  mesh: MeshConfig,
  clusterOf: ClusterOf,
): CustomAuthorization | undefined {
  const enforced = resources.filter((resource) => !isDryRun(resource));
  const policies = namedPolicies(enforced, scope);
  if (policies.size === 0) return undefined;
  const problem = (sentence: string): CustomAuthorization => ({
    rules: customRules(policies, deniedPolicy),
    authorizer: undefined,
    notices: enforced.map((resource) =>
      notice(provenanceOf(resource, 'provider'), `${sentence}; requests that its rules match are denied`),
    ),
  });
  const names = [...new Set(enforced.map(({ spec }) => spec.provider?.name ?? ''))];
  const [name = ''] = names;
  if (names.length > 1) return problem(`a workload has one CUSTOM provider, here are ${names.join(' and ')}`);
  const provider = findProvider(mesh, name);
  const service = provider?.envoyExtAuthzHttp ?? provider?.envoyExtAuthzGrpc;
  if (provider === undefined || service === undefined) {
    return problem(`the mesh configuration has no external authorizer called ${JSON.stringify(name)}`);
  }
  const found = clusterOf(service.service, service.port);
  if ('problem' in found) return problem(found.problem);
  const common = commonPart(service, name);
  const authorizer =
    provider.envoyExtAuthzHttp === undefined
      ? overGrpc(common, service, found.cluster)
      : overHttp(common, provider.envoyExtAuthzHttp, found.cluster);
  return { rules: customRules(policies, policyPrefix), authorizer, notices: [] };
}

function customRules(policies: ReadonlyMap<string, Policy>, prefix: string): RBAC {
  const named = [...policies].map(([name, policy]) => [
    prefix === deniedPolicy ? `${prefix}-${name}` : prefix + name,
    policy,
  ]);
  return create(RBACSchema, { action: RBAC_Action.DENY, policies: Object.fromEntries(named) });
}

type ExtAuthzInit = Extract<MessageInitShape<typeof ExtAuthzSchema>, { $typeName?: never }>;

function commonPart(service: ExtAuthzProvider, name: string): ExtAuthzInit {
  const body = service.includeRequestBodyInCheck;
  return {
    statPrefix: name,
    transportApiVersion: ApiVersion.V3,
    failureModeAllow: service.failOpen ?? false,
    statusOnError: { code: (service.statusOnError ?? defaultStatusOnError) as StatusCode },
    clearRouteCache: service.clearRouteCache ?? false,
    filterEnabledMetadata: {
      filter: 'envoy.filters.http.rbac',
      path: [{ segment: { case: 'key', value: `${customShadowPrefix}shadow_effective_policy_id` } }],
      value: {
        matchPattern: { case: 'stringMatch', value: { matchPattern: { case: 'prefix', value: policyPrefix } } },
      },
    },
    ...(body === undefined
      ? {}
      : {
          withRequestBody: {
            maxRequestBytes: body.maxRequestBytes,
            allowPartialMessage: body.allowPartialMessage ?? false,
            packAsBytes: body.packAsBytes ?? false,
          },
        }),
  };
}

function overGrpc(common: ExtAuthzInit, service: ExtAuthzProvider, cluster: string): ExtAuthz {
  return create(ExtAuthzSchema, {
    ...common,
    services: {
      case: 'grpcService',
      value: {
        targetSpecifier: {
          case: 'envoyGrpc',
          value: { clusterName: cluster, authority: authorityOf(service, cluster) },
        },
        timeout: duration(service.timeoutMs ?? defaultTimeoutMs),
      },
    },
  });
}

function overHttp(common: ExtAuthzInit, service: ExtAuthzHttpProvider, cluster: string): ExtAuthz {
  const patterns = (names: readonly string[] | undefined) =>
    names === undefined || names.length === 0 ? {} : { patterns: names.map(headerForm) };
  const asked = patterns(service.includeRequestHeadersInCheck);
  const upstream = patterns(service.headersToUpstreamOnAllow);
  const denied = patterns(service.headersToDownstreamOnDeny);
  const allowed = patterns(service.headersToDownstreamOnAllow);
  const added = Object.entries(service.includeAdditionalHeadersInCheck ?? {}).sort(([a], [b]) => (a < b ? -1 : 1));
  return create(ExtAuthzSchema, {
    ...common,
    ...('patterns' in asked ? { allowedHeaders: asked } : {}),
    services: {
      case: 'httpService',
      value: {
        serverUri: {
          uri: `http://${authorityOf(service, cluster)}`,
          httpUpstreamType: { case: 'cluster', value: cluster },
          timeout: duration(service.timeoutMs ?? defaultTimeoutMs),
        },
        pathPrefix: service.pathPrefix ?? '',
        authorizationRequest: { headersToAdd: added.map(([key, value]) => ({ key, value })) },
        authorizationResponse: {
          ...('patterns' in upstream ? { allowedUpstreamHeaders: upstream } : {}),
          ...('patterns' in denied ? { allowedClientHeaders: denied } : {}),
          ...('patterns' in allowed ? { allowedClientHeadersOnSuccess: allowed } : {}),
        },
      },
    },
  });
}

function headerForm(name: string): MessageInitShape<typeof StringMatcherSchema> {
  return stringForm(name, { ignoreCase: true });
}

/** Host of the cluster, as the authorizer is called. */
function authorityOf(service: ExtAuthzProvider, cluster: string): string {
  return cluster.split('|')[3] ?? service.service;
}
