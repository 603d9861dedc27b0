/** Everything that compilations for different proxies share: the input, indexed once. */

import type { ProxyDescription, ServiceView } from '@weft/control-registry';
import { hostAliases, type Kind, type MeshConfig, type Model, resolveHost, sameOfKinds } from '@weft/model';
import { type DestinationPolicy, destinationPolicy, hasWorkloadSelectors } from './destination-rules.ts';
import { gatewayNotices } from './gateway-hosts.ts';
import type { CompileInput } from './input.ts';
import { createLinkerdIndex, type LinkerdIndex, type LinkerdIndexState } from './linkerd/namespace-policies.ts';
import { indexModel, type ModelIndex } from './model-index.ts';
import { createPolicyIndex, type PolicyIndex, type PolicyIndexState } from './policies/workload-policies.ts';
import { sameElements } from './same-elements.ts';
import { sameButInstances } from './same-model.ts';
import { destinationHosts } from './scope/egress-view.ts';
import { createScopes, type ProxyScope, type Scopes } from './scope/proxy-scope.ts';
import { isRoutable, type ServiceShapes, serviceShapes } from './scope/service-shape.ts';
import { createTelemetryIndex, type TelemetryIndex, type TelemetryIndexState } from './telemetry/workload-telemetry.ts';

export { isRoutable };

export interface World {
  readonly input: CompileInput;
  /** The same object while nothing of model and services changes but instances. */
  readonly names: object;
  readonly index: ModelIndex;
  /** All services without their instances: the same object while only instances change. */
  readonly shape: ServiceShapes;
  /** All VirtualServices and DestinationRules: the same array while none of them changes. */
  readonly routingInputs: readonly object[];
  /** What no single resource of a proxy can say: "file:line resource rule: sentence". */
  readonly notices: readonly string[];
  /** The name that the registry knows a host by: "payment.shop" → "payment.shop.svc.cluster.local". */
  canonical(host: string): string;
  /** @param labels of the client, for DestinationRules with a workloadSelector. */
  policy(host: string, clientNamespace: string, serviceNamespace: string, labels?: Labels): DestinationPolicy;
  /** Whether policies differ by the client's labels at all. */
  readonly policiesByLabels: boolean;
  scope(proxy: ProxyDescription): ProxyScope;
  /** Of authentication and authorization, by workload. */
  readonly policies: PolicyIndex;
  readonly telemetries: TelemetryIndex;
  /** Policies of Linkerd, by namespace. */
  readonly linkerd: LinkerdIndex;
}

type Labels = Readonly<Record<string, string>>;

/** What a World is made from besides its input, kept while model and services stay the same. */
interface Names {
  readonly model: Model;
  readonly domain: string;
  readonly index: ModelIndex;
  readonly mesh: MeshConfig;
  readonly shape: ServiceShapes;
  readonly scopes: Scopes;
  readonly routingInputs: readonly object[];
  readonly notices: readonly string[];
  readonly canonical: (host: string) => string;
  readonly byLabels: boolean;
  readonly security: PolicyIndexState;
  readonly telemetries: TelemetryIndexState;
  readonly linkerd: LinkerdIndexState;
  readonly policies: Map<string, DestinationPolicy>;
}

/**
 * Returns a function that makes worlds and keeps the indexes of the last one where they still hold.
 *
 * @param policiesMax policies remembered per model; more are looked up each time.
 */
export function createWorldFactory(policiesMax = defaultPoliciesMax): (input: CompileInput) => World {
  let last: Names | undefined;
  // Newer than the one that the names are of: what differs from the model before is known.
  let model: Model | undefined;
  return (input) => {
    const shape = serviceShapes(input.registry, last?.shape);
    const still =
      last?.shape === shape &&
      model !== undefined &&
      sameButInstances(model, input.model) &&
      last.domain === input.domain &&
      last.mesh === input.mesh;
    const names: Names = still && last !== undefined ? last : nameWorld(input, shape, last);
    last = names;
    model = input.model;
    return {
      input,
      names,
      index: names.index,
      shape: names.shape,
      routingInputs: names.routingInputs,
      notices: names.notices,
      canonical: names.canonical,
      policiesByLabels: names.byLabels,
      policy(host, clientNamespace, serviceNamespace, labels = {}) {
        const who = names.byLabels ? JSON.stringify(labels) : '';
        const key = `${clientNamespace}/${serviceNamespace}/${host}/${who}`;
        const known = names.policies.get(key);
        if (known !== undefined) return known;
        const policy = destinationPolicy(
          names.index,
          names.mesh,
          host,
          { namespace: clientNamespace, labels },
          serviceNamespace,
        );
        if (names.policies.size < policiesMax) names.policies.set(key, policy);
        return policy;
      },
      scope: names.scopes.of,
      policies: names.security,
      telemetries: names.telemetries,
      linkerd: names.linkerd,
    };
  };
}

const defaultPoliciesMax = 100_000;

/** Services in Kubernetes' sense go by more than one name; a ServiceEntry's host is its only one. */
function isKubernetesService(service: Pick<ServiceView, 'host' | 'name' | 'namespace'>, domain: string): boolean {
  return service.host === `${service.name}.${service.namespace}.svc.${domain}`;
}

const policyKinds: readonly Kind[] = ['AuthorizationPolicy', 'RequestAuthentication', 'PeerAuthentication'];

function nameWorld(input: CompileInput, shape: ServiceShapes, last: Names | undefined): Names {
  const { model, domain, mesh, registry } = input;
  const aliases = new Map<string, string>();
  for (const service of registry.services.values()) {
    if (!isKubernetesService(service, domain)) continue;
    for (const alias of hostAliases(service.name, service.namespace, domain)) aliases.set(alias, service.host);
  }
  const canonical = (host: string): string => (registry.services.has(host) ? host : (aliases.get(host) ?? host));
  const made = indexModel(model, domain, canonical, mesh);
  const sameNames = last?.shape === shape && last.mesh === mesh && last.domain === domain;
  const sameDestinations =
    sameNames &&
    sameOfKinds(last.model, model, ['DestinationRule']) &&
    sameElements(last.index.backendTls.inputs, made.backendTls.inputs) &&
    sameElements(last.index.accruals.inputs, made.accruals.inputs);
  // The same object, so that what depends on nothing else of the model still holds.
  const index = sameDestinations ? { ...made, destinationRules: last.index.destinationRules } : made;
  const samePolicies = last?.mesh === mesh && sameOfKinds(last.model, model, policyKinds);
  const expand = (host: string, namespace: string): string =>
    canonical(resolveHost(host, namespace, domain).toLowerCase());
  const scopes = createScopes(
    {
      model,
      mesh,
      shapes: shape,
      virtualServices: index.virtualServices,
      destinations: (rules) => destinationHosts(rules, expand),
    },
    last?.scopes.views,
  );
  const sameRules = last !== undefined && sameElements(last.routingInputs, index.routingInputs);
  return {
    model,
    domain,
    mesh,
    index,
    shape,
    scopes,
    routingInputs: sameRules ? last.routingInputs : index.routingInputs,
    notices: [
      ...gatewayNotices(index.virtualServices, index.gateways),
      ...index.virtualServices.flatMap((rules) => rules.notices),
    ],
    canonical,
    byLabels: hasWorkloadSelectors(index),
    security: samePolicies ? last.security : createPolicyIndex(model, mesh, last?.security),
    telemetries: createTelemetryIndex(model, mesh, last?.telemetries),
    linkerd: createLinkerdIndex(model, last?.linkerd),
    policies: sameDestinations ? last.policies : new Map(),
  };
}
