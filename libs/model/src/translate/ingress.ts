/** Ingress of Kubernetes → servers of a Gateway and rules of VirtualServices, as Istio's ingress controller reads it. */

import type { GatewayServer } from '../kinds/gateway/spec.ts';
import type { IngressBackend, IngressPath } from '../kinds/ingress/spec.ts';
import type { HttpMatch, HttpRule } from '../kinds/virtual-service/http-spec.ts';
import type { MeshConfig } from '../mesh-config/spec.ts';
import type { Model } from '../model.ts';
import type { Resource } from '../resource.ts';
import type { TranslatedRule } from './translated-rule.ts';

export type Ingress = Resource<'Ingress'>;

export interface IngressServer extends GatewayServer {
  /** Where it is written: "spec.tls[0]", "spec". */
  readonly path: string;
}

export interface IngressRuleSet {
  /** In lower case; "*": every host. */
  readonly host: string;
  readonly rules: readonly TranslatedRule[];
}

type IngressSettings = Pick<
  MeshConfig,
  'ingressClass' | 'ingressControllerMode' | 'ingressSelector' | 'ingressService'
>;

const classAnnotation = 'kubernetes.io/ingress.class';
const ownClass = 'weft';
const plainPort = 80;
const tlsPort = 443;

/** By its annotation, else by `ingressClassName`: the mesh's class or "weft"; one that names neither is ours in mode DEFAULT alone. */
export function isOurIngress({ annotations, spec }: Ingress, settings: IngressSettings): boolean {
  const { ingressControllerMode: mode, ingressClass } = settings;
  if (mode === 'OFF') return false;
  const named = annotations[classAnnotation] ?? spec.ingressClassName ?? '';
  if (named === '') return mode === 'DEFAULT';
  return named === ingressClass || named === ownClass;
}

/** Labels of the gateways that serve Ingresses. */
export function ingressSelector(
  settings: Pick<IngressSettings, 'ingressSelector' | 'ingressService'>,
): Readonly<Record<string, string>> {
  const { ingressSelector: selector, ingressService } = settings;
  if (selector !== '') return { istio: selector };
  const usual = ingressService === '' || ingressService === 'istio-ingressgateway';
  return { istio: usual ? 'ingressgateway' : ingressService };
}

/** Port 80 for every host, and 443 for each entry of `tls` that names a Secret, which is looked for beside the gateway. */
export function ingressServers({ namespace, name, spec }: Ingress): readonly IngressServer[] {
  const encrypted = (spec.tls ?? []).flatMap(({ hosts = [], secretName }, index): readonly IngressServer[] => {
    if (secretName === undefined) return [];
    return [
      {
        port: { number: tlsPort, protocol: 'HTTPS', name: `https-443-ingress-${name}-${namespace}-${index}` },
        hosts: hosts.length === 0 ? ['*'] : hosts,
        tls: { mode: 'SIMPLE', credentialName: secretName },
        path: `spec.tls[${index}]`,
      },
    ];
  });
  const plain = { number: plainPort, protocol: 'HTTP', name: `http-80-ingress-${name}-${namespace}` } as const;
  return [...encrypted, { port: plain, hosts: ['*'], path: 'spec' }];
}

/** By host, in the order of the resource; `byIngressPrecedence` orders those of one host. @param domain of the mesh. */
export function ingressRules(model: Model, ingress: Ingress, domain: string): readonly IngressRuleSet[] {
  const { namespace, spec } = ingress;
  const byHost = new Map<string, TranslatedRule[]>();
  const rulesOf = (host: string): TranslatedRule[] => {
    const list = byHost.get(host) ?? [];
    byHost.set(host, list);
    return list;
  };
  const actionOf = (backend: IngressBackend): HttpRule => action(model, namespace, backend, domain);
  (spec.rules ?? []).forEach(({ host = '*', http }, index) => {
    http?.paths.forEach((path, at) => {
      const match = pathMatch(path);
      const conditional = Object.keys(match).length === 0 ? {} : { match: [match] };
      const rule = { ...conditional, ...actionOf(path.backend) };
      rulesOf(host.toLowerCase()).push({ rule, path: `spec.rules[${index}].http.paths[${at}]` });
    });
  });
  const { defaultBackend } = spec;
  if (defaultBackend !== undefined) {
    const last = { rule: actionOf(defaultBackend), path: 'spec.defaultBackend' };
    for (const host of new Set([...byHost.keys(), '*'])) rulesOf(host).push(last);
  }
  return [...byHost].map(([host, rules]) => ({ host, rules }));
}

/** Longer paths first, of equal ones the exact one; else the order given. Nothing is changed in place. */
export function byIngressPrecedence<T extends TranslatedRule>(rules: readonly T[]): readonly T[] {
  const rankOf = ({ rule, path }: T): readonly [number, number] => {
    const { uri, pathPrefix } = rule.match?.[0] ?? {};
    if (path === 'spec.defaultBackend') return [0, 0];
    return [(uri?.exact ?? pathPrefix ?? uri?.prefix ?? '/').length, uri?.exact === undefined ? 0 : 1];
  };
  const ranked = rules.map((rule) => ({ rule, rank: rankOf(rule) }));
  ranked.sort(({ rank: [length, exact] }, { rank: [otherLength, otherExact] }) =>
    otherLength === length ? otherExact - exact : otherLength - length,
  );
  return ranked.map(({ rule }) => rule);
}

/** Empty where it takes every path. */
function pathMatch({ path = '', pathType }: IngressPath): HttpMatch {
  if (pathType === 'Exact') return { uri: { exact: path } };
  if (pathType === 'Prefix') return prefixMatch(path);
  if (path === '') return {};
  const [pattern] = /(\/|\.)\*$/.exec(path) ?? [];
  return pattern === undefined ? { uri: { exact: path } } : prefixMatch(path.slice(0, -pattern.length));
}

function prefixMatch(path: string): HttpMatch {
  const prefix = path.replace(/\/+$/, '');
  return prefix === '' ? {} : { pathPrefix: prefix };
}

/** A port that the Service does not have by this name leads nowhere: 500, as with a Service that is not there. */
function action(model: Model, namespace: string, { service }: IngressBackend, domain: string): HttpRule {
  const { name, port } = service;
  const number =
    port.number ?? model.get('Service', namespace, name)?.spec.ports.find((one) => one.name === port.name)?.port;
  if (number === undefined) return { directResponse: { status: 500 } };
  return { route: [{ destination: { host: `${name}.${namespace}.svc.${domain}`, port: { number } } }] };
}
