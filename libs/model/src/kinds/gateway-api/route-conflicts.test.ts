import { describe, expect, it } from 'vitest';
import { createModel } from '../../model.ts';
import { parseDocuments } from '../../parse.ts';
import type { Resource } from '../../resource.ts';
import type { RouteKind } from './attachment.ts';
import { gatewayStatus, routeStatuses } from './conditions.ts';

const document = (kind: string, name: string, spec: string, created = ''): string =>
  `apiVersion: gateway.networking.k8s.io/v1
kind: ${kind}
metadata: { name: ${name}, namespace: shop${created === '' ? '' : `, creationTimestamp: "${created}"`} }
spec: ${spec}
---
`;
const gateway = document(
  'Gateway',
  'gw',
  '{ gatewayClassName: istio, listeners: [{ name: one, port: 80, protocol: HTTP }, { name: two, port: 81, protocol: HTTP }] }',
);
const route = (kind: string, name: string, hostnames: string, created = '', section = ', sectionName: one'): string =>
  document(
    kind,
    name,
    `{ parentRefs: [{ name: gw${section} }], hostnames: [${hostnames}], rules: [{ backendRefs: [{ name: a, port: 80 }] }] }`,
    created,
  );

/** "HTTPRoute a": its conditions Accepted. */
function accepted(...documents: string[]): Record<string, string[]> {
  const { resources, violations } = parseDocuments('f.yaml', gateway + documents.join(''));
  expect(violations).toEqual([]);
  const model = createModel(resources);
  const routes = (['HTTPRoute', 'GRPCRoute'] as const).flatMap(
    (kind) => model.byKind(kind) as readonly Resource<RouteKind>[],
  );
  const [gw] = model.byKind('Gateway.gateway.networking.k8s.io');
  const listeners = gw === undefined ? undefined : gatewayStatus(model, gw, [])?.listeners;
  return {
    ...Object.fromEntries(
      routes.map((one) => [
        `${one.kind} ${one.name}`,
        routeStatuses(model, one).map(
          ({ conditions: [first] }) => `${first?.status} ${first?.reason}: ${first?.message}`,
        ),
      ]),
    ),
    attached: (listeners ?? []).map(({ name, attachedRoutes }) => `${name} ${attachedRoutes}`),
  };
}

describe('an HTTPRoute and a GRPCRoute of one listener', () => {
  const yes = ['True Accepted: the route is in force'];
  const no = (winner: string): string[] => [
    `False Conflicted: ${winner} is older and has a host name in common with the route; a listener takes one kind of both`,
  ];

  it.each<[string, string[], Record<string, string[]>]>([
    [
      'the older one is accepted',
      [
        route('HTTPRoute', 'h', 'a.example.com', '2025-01-01T00:00:00Z'),
        route('GRPCRoute', 'g', 'a.example.com', '2024-01-01T00:00:00Z'),
      ],
      { 'HTTPRoute h': no('GRPCRoute shop/g'), 'GRPCRoute g': yes, attached: ['one 1', 'two 0'] },
    ],
    [
      'of one age the first by name',
      [route('HTTPRoute', 'h', 'a.example.com'), route('GRPCRoute', 'i', '"*.example.com"')],
      { 'HTTPRoute h': yes, 'GRPCRoute i': no('HTTPRoute shop/h'), attached: ['one 1', 'two 0'] },
    ],
    [
      'both, with no host name in common',
      [route('HTTPRoute', 'h', 'a.example.com'), route('GRPCRoute', 'i', 'b.example.com')],
      { 'HTTPRoute h': yes, 'GRPCRoute i': yes, attached: ['one 2', 'two 0'] },
    ],
    [
      'one that lost is in the way of none',
      [
        route('GRPCRoute', 'a', 'a.example.com'),
        route('HTTPRoute', 'b', 'a.example.com, b.example.com'),
        route('GRPCRoute', 'c', 'b.example.com'),
      ],
      {
        'HTTPRoute b': no('GRPCRoute shop/a'),
        'GRPCRoute a': yes,
        'GRPCRoute c': yes,
        attached: ['one 2', 'two 0'],
      },
    ],
    [
      'at another listener it is attached all the same',
      [route('GRPCRoute', 'a', 'a.example.com'), route('HTTPRoute', 'b', 'a.example.com', '', '')],
      { 'HTTPRoute b': yes, 'GRPCRoute a': yes, attached: ['one 1', 'two 1'] },
    ],
  ])('%s', (_what, documents, expected) => {
    expect(accepted(...documents)).toEqual(expected);
  });
});
