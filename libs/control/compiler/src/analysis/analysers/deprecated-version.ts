/** WEFT0115: a version of an API that its makers have left behind. */

import type { Analyser } from '../analyser.ts';

/** apiVersion → what to write instead. */
const deprecated: Readonly<Record<string, string>> = {
  'networking.istio.io/v1alpha3': 'networking.istio.io/v1',
  'telemetry.istio.io/v1alpha1': 'telemetry.istio.io/v1',
  'linkerd.io/v1alpha1': 'linkerd.io/v1alpha2',
  'policy.linkerd.io/v1beta1': 'policy.linkerd.io/v1beta3',
  'gateway.networking.k8s.io/v1alpha2': 'gateway.networking.k8s.io/v1',
  'gateway.networking.k8s.io/v1beta1': 'gateway.networking.k8s.io/v1',
  'split.smi-spec.io/v1alpha1': 'an HTTPRoute',
  'split.smi-spec.io/v1alpha2': 'an HTTPRoute',
  'split.smi-spec.io/v1alpha3': 'an HTTPRoute',
  'split.smi-spec.io/v1alpha4': 'an HTTPRoute',
  'access.smi-spec.io/v1alpha2': 'an AuthorizationPolicy',
  'access.smi-spec.io/v1alpha3': 'an AuthorizationPolicy',
};

/** Kinds that have no later version yet. */
const latest: readonly string[] = ['ProxyConfig', 'EnvoyFilter', 'TCPRoute', 'TLSRoute', 'ServerAuthorization'];

export const deprecatedVersion: Analyser = {
  code: 'WEFT0115',
  name: 'deprecated-version',
  severity: 'info',
  istio: ['IST0002'],
  summary: 'A document is written in a version of its API that is deprecated.',
  effect: 'None yet: the fields mean the same.',
  remedy: 'Change `apiVersion`. Deprecated fields are told by WEFT0002.',
  find: ({ model }) =>
    model.resources.flatMap((resource) => {
      const instead = Object.hasOwn(deprecated, resource.apiVersion) ? deprecated[resource.apiVersion] : undefined;
      if (instead === undefined || latest.includes(resource.kind)) return [];
      return [{ resource, path: 'apiVersion', message: `${resource.apiVersion} is deprecated; write ${instead}` }];
    }),
};
