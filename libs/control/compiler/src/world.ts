/** Everything that compilations for different proxies share: the input, indexed once. */

import type { RegistryView, ServiceView } from '@weft/control-registry';
import { hostAliases, type Model } from '@weft/model';
import { type DestinationPolicy, destinationPolicy } from './destination-rules.ts';
import { gatewayNotices } from './gateway-hosts.ts';
import type { CompileInput } from './input.ts';
import { indexModel, type ModelIndex } from './model-index.ts';

export interface World {
  readonly input: CompileInput;
  readonly index: ModelIndex;
  /** All that routes read of services, flat: the same array while only instances change. */
  readonly shape: readonly unknown[];
  /** All VirtualServices and DestinationRules: the same array while none of them changes. */
  readonly routingInputs: readonly object[];
  /** What no single resource of a proxy can say: "file:line resource rule: sentence". */
  readonly notices: readonly string[];
  /** The name that the registry knows a host by: "payment.shop" → "payment.shop.svc.cluster.local". */
  canonical(host: string): string;
  policy(host: string, clientNamespace: string, serviceNamespace: string): DestinationPolicy;
}

/** What a World is made from besides its input, kept while model and services stay the same. */
interface Names {
  readonly model: Model;
  readonly domain: string;
  readonly index: ModelIndex;
  readonly shape: readonly unknown[];
  readonly routingInputs: readonly object[];
  readonly notices: readonly string[];
  readonly canonical: (host: string) => string;
  readonly policies: Map<string, DestinationPolicy>;
}

/**
 * Returns a function that makes worlds and keeps the indexes of the last one where they still hold.
 *
 * @param policiesMax policies remembered per model; more are looked up each time.
 */
export function createWorldFactory(policiesMax = defaultPoliciesMax): (input: CompileInput) => World {
  let last: Names | undefined;
  return (input) => {
    const shape = shapeOf(input.registry);
    const sameShape = last !== undefined && sameElements(last.shape, shape);
    const still = sameShape && last?.model === input.model && last.domain === input.domain;
    const names = still && last !== undefined ? last : nameWorld(input, sameShape && last ? last.shape : shape, last);
    last = names;
    return {
      input,
      index: names.index,
      shape: names.shape,
      routingInputs: names.routingInputs,
      notices: names.notices,
      canonical: names.canonical,
      policy(host, clientNamespace, serviceNamespace) {
        const key = `${clientNamespace}/${serviceNamespace}/${host}`;
        const known = names.policies.get(key);
        if (known !== undefined) return known;
        const policy = destinationPolicy(names.index, host, clientNamespace, serviceNamespace);
        if (names.policies.size < policiesMax) names.policies.set(key, policy);
        return policy;
      },
    };
  };
}

const defaultPoliciesMax = 100_000;

/** False where there is no name to resolve: for a pattern without endpoints, where only captured traffic could go. */
export function isRoutable(service: ServiceView): boolean {
  return service.resolution === 'endpoints' || service.instances.length > 0;
}

/** Services in Kubernetes' sense go by more than one name; a ServiceEntry's host is its only one. */
export function isKubernetesService(service: ServiceView, domain: string): boolean {
  return service.host === `${service.name}.${service.namespace}.svc.${domain}`;
}

function sameElements(left: readonly unknown[], right: readonly unknown[]): boolean {
  return left.length === right.length && left.every((value, index) => Object.is(value, right[index]));
}

function nameWorld(input: CompileInput, shape: readonly unknown[], last: Names | undefined): Names {
  const { model, domain, registry } = input;
  const aliases = new Map<string, string>();
  for (const service of registry.services.values()) {
    if (!isKubernetesService(service, domain)) continue;
    for (const alias of hostAliases(service.name, service.namespace, domain)) aliases.set(alias, service.host);
  }
  const canonical = (host: string): string => (registry.services.has(host) ? host : (aliases.get(host) ?? host));
  const index = indexModel(model, domain, canonical);
  const sameRules = last !== undefined && sameElements(last.routingInputs, index.routingInputs);
  return {
    model,
    domain,
    index,
    shape,
    routingInputs: sameRules ? last.routingInputs : index.routingInputs,
    notices: gatewayNotices(index.virtualServices, index.gateways),
    canonical,
    policies: new Map(),
  };
}

function shapeOf(registry: RegistryView): unknown[] {
  const shape: unknown[] = [];
  for (const service of registry.services.values()) {
    shape.push(
      service.host,
      service.namespace,
      service.ports,
      service.from,
      service.meshInternal,
      service.resolution,
      isRoutable(service),
    );
  }
  return shape;
}
