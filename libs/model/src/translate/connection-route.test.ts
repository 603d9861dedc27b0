import { expect, it } from 'vitest';
import { createModel } from '../model.ts';
import { parseDocuments } from '../parse.ts';
import { type ConnectionRoute, translateConnectionRoute } from './connection-route.ts';

const services = ['shop/a', 'other/b'].map((key) => {
  const [namespace, name] = key.split('/');
  return `apiVersion: v1\nkind: Service\nmetadata: { name: ${name}, namespace: ${namespace} }\nspec: { ports: [{ name: tcp, port: 80 }] }\n`;
});

const destinations = (backends: string) => {
  const route = `apiVersion: gateway.networking.k8s.io/v1alpha2
kind: TCPRoute
metadata: { name: r, namespace: shop }
spec: { parentRefs: [{ name: gw }], rules: [{ backendRefs: [${backends}] }] }
`;
  const { resources, violations } = parseDocuments('f.yaml', [...services, route].join('---\n'));
  expect(violations).toEqual([]);
  const found = resources.find(({ kind }) => kind === 'TCPRoute') as ConnectionRoute;
  return translateConnectionRoute(createModel(resources), found, 'cluster.local')[0]?.map(({ destination, weight }) =>
    `${destination.host}:${destination.port?.number ?? ''} ${weight ?? ''}`.trim(),
  );
};

it.each([
  ['one backend', '{ name: a, port: 80 }', ['a.shop.svc.cluster.local:80']],
  [
    'weights',
    '{ name: a, port: 80, weight: 3 }, { name: c, port: 80 }',
    ['a.shop.svc.cluster.local:80 3', 'c.shop.svc.cluster.local:80 1'],
  ],
  ['a weight of 0', '{ name: a, port: 80 }, { name: c, port: 80, weight: 0 }', ['a.shop.svc.cluster.local:80']],
  ['no weight at all', '{ name: a, port: 80, weight: 0 }', ['invalid-backend.invalid:']],
  [
    'a backend that nobody granted',
    '{ name: a, port: 80 }, { name: b, namespace: other, port: 80 }',
    ['a.shop.svc.cluster.local:80 1', 'invalid-backend.invalid: 1'],
  ],
])('%s', (_, backends, expected) => {
  expect(destinations(backends)).toEqual(expected);
});
