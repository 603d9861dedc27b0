import { createModel, parseDocuments } from '@weft/model';
import { expect, it } from 'vitest';
import { conditionsMax, conditionsView } from './conditions-view.ts';

const gateway = `apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: { name: gw, namespace: shop }
spec: { gatewayClassName: istio, listeners: [{ name: http, port: 80, protocol: HTTP }] }
`;

const route = (name: string, parent = 'gw'): string => `apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: { name: ${name}, namespace: shop }
spec: { parentRefs: [{ name: ${parent} }], rules: [{ filters: [{ type: RequestRedirect, requestRedirect: { scheme: https } }] }] }
`;

const modelOf = (...documents: string[]) =>
  createModel(documents.flatMap((text) => parseDocuments('f.yaml', text).resources));

it('conditions are told by object and part', () => {
  const model = modelOf(gateway, route('a'), route('b', 'gone'));
  const shown = conditionsView(model, () => ['127.0.0.1']).map(({ resource, part, attachedRoutes, conditions }) => [
    resource,
    part,
    attachedRoutes,
    conditions.filter(({ status }) => status === 'False').map(({ type, reason }) => `${type} ${reason}`),
  ]);
  expect(shown).toEqual([
    ['Gateway shop/gw', '', undefined, []],
    ['Gateway shop/gw', 'listener http', 1, ['Conflicted NoConflicts']],
    ['HTTPRoute shop/a', 'for Gateway shop/gw', undefined, []],
    ['HTTPRoute shop/b', 'for Gateway shop/gone', undefined, ['Accepted NoMatchingParent']],
  ]);
});

it('of too many parts those with something amiss are told', () => {
  const good = Array.from({ length: conditionsMax }, (_, index) => route(`good-${index}`));
  const shown = conditionsView(modelOf(gateway, ...good, route('bad', 'gone')), () => ['127.0.0.1']);
  expect(shown).toHaveLength(conditionsMax);
  expect(shown[0]?.resource).toBe('HTTPRoute shop/bad');
});

it('is made once for a model, and anew where a Gateway is reached elsewhere', () => {
  const model = modelOf(gateway);
  const first = conditionsView(model, () => ['127.0.0.1']);
  expect(conditionsView(model, () => ['127.0.0.1'])).toBe(first);
  expect(conditionsView(model, () => [])).not.toBe(first);
});
