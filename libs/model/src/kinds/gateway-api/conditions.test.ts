import { describe, expect, it } from 'vitest';
import { createModel, type Model } from '../../model.ts';
import { parseDocuments } from '../../parse.ts';
import type { Resource } from '../../resource.ts';
import type { RouteKind } from './attachment.ts';
import { gatewayClassCondition, gatewayStatus, routeStatuses } from './conditions.ts';

const api = 'gateway.networking.k8s.io/v1';
const document = (apiVersion: string, kind: string, name: string, namespace: string, spec: string): string =>
  `apiVersion: ${apiVersion}\nkind: ${kind}\nmetadata: { name: ${name}, namespace: ${namespace} }\nspec: ${spec}\n---\n`;
const service = (name: string, namespace = 'shop'): string =>
  document('v1', 'Service', name, namespace, '{ selector: { app: a }, ports: [{ name: http, port: 80 }] }');
const gateway = (listeners: string, className = 'istio'): string =>
  document(api, 'Gateway', 'gw', 'shop', `{ gatewayClassName: ${className}, listeners: [${listeners}] }`);
const http = '{ name: http, port: 80, protocol: HTTP }';
const route = (spec: string, namespace = 'shop'): string => document(api, 'HTTPRoute', 'r', namespace, `{ ${spec} }`);
const toA = 'rules: [{ backendRefs: [{ name: a, port: 80 }] }]';
const pem = (word: string): string => Buffer.from(`-----BEGIN ${word}-----`).toString('base64');
const secret = (namespace: string): string =>
  `apiVersion: v1\nkind: Secret\nmetadata: { name: cert, namespace: ${namespace} }\ndata: { tls.crt: ${pem('CERTIFICATE')}, tls.key: ${pem('PRIVATE KEY')} }\n---\n`;
const grant = (from: string, to: string, namespace: string): string =>
  document(`${api}beta1`, 'ReferenceGrant', 'g', namespace, `{ from: [${from}], to: [${to}] }`);

function modelOf(text: string): Model {
  const { resources, violations } = parseDocuments('f.yaml', text);
  expect(violations).toEqual([]);
  return createModel(resources);
}

function routeReasons(text: string, kind: RouteKind = 'HTTPRoute'): string[][] {
  const model = modelOf(text);
  const [found] = model.byKind(kind) as readonly Resource<RouteKind>[];
  const statuses = found === undefined ? [] : routeStatuses(model, found);
  return statuses.map(({ conditions }) => conditions.map(({ type, status, reason }) => `${type} ${status} ${reason}`));
}

describe('a route of a Gateway', () => {
  const accepted = 'Accepted True Accepted';
  const resolved = 'ResolvedRefs True ResolvedRefs';
  const parent = 'parentRefs: [{ name: gw }]';

  it('is accepted and resolved', () => {
    expect(routeReasons(gateway(http) + service('a') + route(`${parent}, ${toA}`))).toEqual([[accepted, resolved]]);
  });

  it.each([
    ['a listener that is not there', 'parentRefs: [{ name: gw, sectionName: other }]', 'shop', 'NoMatchingParent'],
    ['a port that is not there', 'parentRefs: [{ name: gw, port: 81 }]', 'shop', 'NoMatchingParent'],
    ['another namespace', 'parentRefs: [{ name: gw, namespace: shop }]', 'other', 'NotAllowedByListeners'],
  ])('is not accepted for %s', (_name, parents, namespace, reason) => {
    const [[first] = []] = routeReasons(
      gateway(http) + service('a', namespace) + route(`${parents}, ${toA}`, namespace),
    );
    expect(first).toBe(`Accepted False ${reason}`);
  });

  it('belongs to the listener whose name is the closest to its own', () => {
    const listeners = `${http}, { name: wide, port: 80, protocol: HTTP, hostname: "*.example.com" }, { name: own, port: 80, protocol: HTTP, hostname: a.example.com }`;
    const reasonOf = (section: string): string | undefined =>
      routeReasons(
        gateway(listeners) +
          service('a') +
          route(`parentRefs: [{ name: gw, sectionName: ${section} }], hostnames: [a.example.com], ${toA}`),
      )[0]?.[0];
    expect(['http', 'wide', 'own'].map(reasonOf)).toEqual([
      'Accepted False NoMatchingListenerHostname',
      'Accepted False NoMatchingListenerHostname',
      accepted,
    ]);
  });

  it('is not accepted without a host name in common', () => {
    const listener = '{ name: http, port: 80, protocol: HTTP, hostname: "*.example.com" }';
    const text = gateway(listener) + service('a') + route(`${parent}, hostnames: [example.com], ${toA}`);
    expect(routeReasons(text)).toEqual([['Accepted False NoMatchingListenerHostname', resolved]]);
  });

  it('is not accepted by a listener of another protocol', () => {
    const text = gateway('{ name: tcp, port: 80, protocol: TCP }') + service('a') + route(`${parent}, ${toA}`);
    expect(routeReasons(text)).toEqual([['Accepted False NotAllowedByListeners', resolved]]);
  });

  it.each([
    ['All', 'from: All', true],
    ['a label of its namespace', 'from: Selector, selector: { matchLabels: { shared: "true" } }', true],
    [
      'the name of its namespace',
      'from: Selector, selector: { matchLabels: { kubernetes.io/metadata.name: other } }',
      true,
    ],
    ['another label', 'from: Selector, selector: { matchLabels: { shared: "no" } }', false],
    ['None', 'from: None', false],
  ])('of another namespace, allowed by %s', (_name, namespaces, allowed) => {
    const namespace = 'apiVersion: v1\nkind: Namespace\nmetadata: { name: other, labels: { shared: "true" } }\n---\n';
    const listener = `{ name: http, port: 80, protocol: HTTP, allowedRoutes: { namespaces: { ${namespaces} } } }`;
    const text =
      namespace +
      gateway(listener) +
      service('a', 'other') +
      route(`parentRefs: [{ name: gw, namespace: shop }], ${toA}`, 'other');
    expect(routeReasons(text)).toEqual([[allowed ? accepted : 'Accepted False NotAllowedByListeners', resolved]]);
  });

  it.each([
    ['a Service that is not there', '{ name: b, port: 80 }', 'BackendNotFound'],
    ['a port that is not there', '{ name: a, port: 81 }', 'BackendNotFound'],
    ['a kind that is none', '{ name: a, kind: Bucket, group: s3.example }', 'InvalidKind'],
    ['a Service of another namespace', '{ name: a, namespace: other, port: 80 }', 'RefNotPermitted'],
    [
      'a host name that nobody has',
      '{ name: a.example, kind: Hostname, group: networking.istio.io, port: 80 }',
      'BackendNotFound',
    ],
  ])('is accepted and not resolved with %s', (_name, backend, reason) => {
    const text =
      gateway(http) + service('a') + service('a', 'other') + route(`${parent}, rules: [{ backendRefs: [${backend}] }]`);
    expect(routeReasons(text)).toEqual([[accepted, `ResolvedRefs False ${reason}`]]);
  });

  it('is not resolved where a mirror leads nowhere', () => {
    const mirror =
      'rules: [{ filters: [{ type: RequestMirror, requestMirror: { backendRef: { name: b, port: 80 } } }], backendRefs: [{ name: a, port: 80 }] }]';
    expect(routeReasons(gateway(http) + service('a') + route(`${parent}, ${mirror}`))).toEqual([
      [accepted, 'ResolvedRefs False BackendNotFound'],
    ]);
  });

  it.each([
    [
      'of the kind and namespace',
      '{ group: gateway.networking.k8s.io, kind: HTTPRoute, namespace: shop }',
      '{ group: "", kind: Service }',
      true,
    ],
    [
      'of the one name',
      '{ group: gateway.networking.k8s.io, kind: HTTPRoute, namespace: shop }',
      '{ group: "", kind: Service, name: a }',
      true,
    ],
    [
      'of another name',
      '{ group: gateway.networking.k8s.io, kind: HTTPRoute, namespace: shop }',
      '{ group: "", kind: Service, name: b }',
      false,
    ],
    [
      'of another kind of route',
      '{ group: gateway.networking.k8s.io, kind: GRPCRoute, namespace: shop }',
      '{ group: "", kind: Service }',
      false,
    ],
    [
      'of another namespace',
      '{ group: gateway.networking.k8s.io, kind: HTTPRoute, namespace: third }',
      '{ group: "", kind: Service }',
      false,
    ],
  ])('may name a Service elsewhere by a grant %s', (_name, from, to, allowed) => {
    const backends = 'rules: [{ backendRefs: [{ name: a, namespace: other, port: 80 }] }]';
    const text = gateway(http) + service('a', 'other') + grant(from, to, 'other') + route(`${parent}, ${backends}`);
    expect(routeReasons(text)).toEqual([[accepted, allowed ? resolved : 'ResolvedRefs False RefNotPermitted']]);
  });

  it.each([
    ['a Gateway that is not there', ''],
    ['a Gateway of another class', gateway(http, 'nginx')],
  ])('says nothing of %s', (_name, text) => {
    expect(routeReasons(text + service('a') + route(`${parent}, ${toA}`))).toEqual([]);
  });

  it('says something for each of its parents', () => {
    const parents = 'parentRefs: [{ name: gw, sectionName: http }, { name: gw, sectionName: none }]';
    expect(routeReasons(gateway(http) + service('a') + route(`${parents}, ${toA}`))).toEqual([
      [accepted, resolved],
      ['Accepted False NoMatchingParent', resolved],
    ]);
  });
});

describe('a route of the mesh', () => {
  it.each([
    ['a Service', '{ group: "", kind: Service, name: a }', 'True Accepted'],
    ['a port of a Service', '{ group: "", kind: Service, name: a, port: 80, sectionName: http }', 'True Accepted'],
    ['a port that is not there', '{ group: "", kind: Service, name: a, port: 81 }', 'False NoMatchingParent'],
    ['a Service that is not there', '{ group: "", kind: Service, name: b }', 'False NoMatchingParent'],
    [
      'a ServiceEntry that is not there',
      '{ group: networking.istio.io, kind: ServiceEntry, name: b }',
      'False NoMatchingParent',
    ],
  ])('of %s', (_name, parent, expected) => {
    expect(routeReasons(service('a') + route(`parentRefs: [${parent}], ${toA}`))).toEqual([
      [`Accepted ${expected}`, 'ResolvedRefs True ResolvedRefs'],
    ]);
  });
});

describe('a Gateway', () => {
  const status = (text: string, addresses = ['192.0.2.1']) => {
    const model = modelOf(text);
    const [found] = model.byKind('Gateway.gateway.networking.k8s.io');
    return found === undefined ? undefined : gatewayStatus(model, found, addresses);
  };
  const reasons = (text: string, addresses?: string[]): string[] =>
    (status(text, addresses)?.conditions ?? []).map((one) => `${one.type} ${one.status} ${one.reason}`);
  const listenerReasons = (text: string): string[][] =>
    (status(text)?.listeners ?? []).map(({ conditions }) =>
      conditions.map((one) => `${one.type} ${one.status} ${one.reason}`),
    );
  const https = (certificate: string): string =>
    `{ name: https, port: 443, protocol: HTTPS, tls: { certificateRefs: [${certificate}] } }`;

  it('is accepted and programmed', () => {
    expect(reasons(gateway(http))).toEqual(['Accepted True Accepted', 'Programmed True Programmed']);
    expect(listenerReasons(gateway(http))).toEqual([
      [
        'Accepted True Accepted',
        'Conflicted False NoConflicts',
        'ResolvedRefs True ResolvedRefs',
        'Programmed True Programmed',
      ],
    ]);
  });

  it('is not programmed without a proxy', () => {
    expect(reasons(gateway(http), [])).toEqual(['Accepted True Accepted', 'Programmed False AddressNotAssigned']);
  });

  it('of another class is not told of', () => {
    expect(status(gateway(http, 'nginx'))).toBeUndefined();
    const classes = (controller: string): string =>
      `apiVersion: ${api}\nkind: GatewayClass\nmetadata: { name: own }\nspec: { controllerName: ${controller} }\n---\n`;
    expect(status(classes('example.com/other') + gateway(http, 'own'))).toBeUndefined();
    expect(reasons(classes('istio.io/gateway-controller') + gateway(http, 'own'))).toHaveLength(2);
  });

  it('counts the routes of each listener', () => {
    const text =
      gateway(`${http}, { name: other, port: 81, protocol: HTTP, hostname: b.example }`) +
      service('a') +
      route(`parentRefs: [{ name: gw }], hostnames: [a.example], ${toA}`);
    expect(
      status(text)?.listeners.map(({ name, attachedRoutes, supportedKinds }) => [
        name,
        attachedRoutes,
        supportedKinds.map(({ kind }) => kind),
      ]),
    ).toEqual([
      ['http', 1, ['HTTPRoute', 'GRPCRoute']],
      ['other', 0, ['HTTPRoute', 'GRPCRoute']],
    ]);
  });

  const fromGateway = '{ group: gateway.networking.k8s.io, kind: Gateway, namespace: shop }';
  it.each([
    ['is there', '{ name: cert }', secret('shop'), 'True ResolvedRefs'],
    ['is not there', '{ name: other }', secret('shop'), 'False InvalidCertificateRef'],
    ['is no Secret', '{ kind: ConfigMap, name: cert }', secret('shop'), 'False InvalidCertificateRef'],
    [
      'holds no certificate',
      '{ name: cert }',
      'apiVersion: v1\nkind: Secret\nmetadata: { name: cert, namespace: shop }\n---\n',
      'False InvalidCertificateRef',
    ],
    ['lies elsewhere', '{ name: cert, namespace: certs }', secret('certs'), 'False RefNotPermitted'],
    [
      'lies elsewhere and is granted',
      '{ name: cert, namespace: certs }',
      secret('certs') + grant(fromGateway, '{ group: "", kind: Secret }', 'certs'),
      'True ResolvedRefs',
    ],
  ])('has a listener whose certificate %s', (_name, certificate, more, expected) => {
    const good = expected.startsWith('True');
    const [all = []] = listenerReasons(more + gateway(https(certificate)));
    expect(all[2]).toBe(`ResolvedRefs ${expected}`);
    expect(all[3]).toBe(good ? 'Programmed True Programmed' : 'Programmed False Invalid');
    expect(reasons(more + gateway(https(certificate)))).toEqual(
      good
        ? ['Accepted True Accepted', 'Programmed True Programmed']
        : ['Accepted False ListenersNotValid', 'Programmed False Invalid'],
    );
  });

  it('is accepted with a reason where some of its listeners are valid', () => {
    expect(reasons(gateway(`${http}, ${https('{ name: none }')}`))).toEqual([
      'Accepted True ListenersNotValid',
      'Programmed True Programmed',
    ]);
  });

  it.each([
    ['protocols that cannot share a port', `${http}, { name: tcp, port: 80, protocol: TCP }`, 'ProtocolConflict'],
    [
      'one host name for TLS and HTTPS',
      '{ name: a, port: 443, protocol: TLS, hostname: a.b, tls: { mode: Passthrough } }, { name: b, port: 443, protocol: HTTPS, hostname: a.b, tls: { certificateRefs: [{ name: cert }] } }',
      'HostnameConflict',
    ],
  ])('has listeners in conflict: %s', (_name, listeners, reason) => {
    const all = listenerReasons(secret('shop') + gateway(listeners));
    expect(all.map(([, conflicted]) => conflicted)).toEqual([`Conflicted True ${reason}`, `Conflicted True ${reason}`]);
    expect(all.map(([accepted]) => accepted)).toEqual([`Accepted False ${reason}`, `Accepted False ${reason}`]);
  });

  it('says which kinds of routes a listener cannot take', () => {
    const listener = (kinds: string): string =>
      `{ name: http, port: 80, protocol: HTTP, allowedRoutes: { kinds: [${kinds}] } }`;
    const [mixed = []] = listenerReasons(gateway(listener('{ kind: HTTPRoute }, { kind: TCPRoute }')));
    expect(mixed.slice(2)).toEqual(['ResolvedRefs False InvalidRouteKinds', 'Programmed True Programmed']);
    const [none = []] = listenerReasons(gateway(listener('{ kind: TCPRoute }')));
    expect(none.slice(2)).toEqual(['ResolvedRefs False InvalidRouteKinds', 'Programmed False Invalid']);
  });

  it('has a class that is ours or not', () => {
    const conditionOf = (controller: string): string | undefined => {
      const text = `apiVersion: ${api}\nkind: GatewayClass\nmetadata: { name: a }\nspec: { controllerName: ${controller} }\n`;
      const [found] = modelOf(text).byKind('GatewayClass');
      return found === undefined ? undefined : gatewayClassCondition(found)?.reason;
    };
    expect([conditionOf('istio.io/gateway-controller'), conditionOf('a.b/c')]).toEqual(['Accepted', undefined]);
  });
});
