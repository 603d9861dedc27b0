import { parseDocuments } from '@weft/model';
import { expect, it } from 'vitest';
import { formsMax, standIn } from './stand-in.ts';

it('a resource has as many forms as its bound; the oldest is made anew', () => {
  const { resources } = parseDocuments(
    'r.yaml',
    `apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: { name: r, namespace: shop }
spec: { parentRefs: [{ name: gw }], rules: [{ backendRefs: [{ name: order, port: 80 }] }] }
`,
  );
  const [route] = resources;
  if (route === undefined) throw new Error('no route');
  const form = (host: number) => standIn(route, { hosts: [`h${host}`], gateways: ['mesh'], content: '' });
  const forms = Array.from({ length: formsMax }, (_, host) => form(host));
  expect(forms.map((_, host) => form(host))).toEqual(forms);
  expect(form(0)).toBe(forms[0]);
  form(formsMax);
  expect(form(1)).toBe(forms[1]);
  const again = form(0);
  expect(again).not.toBe(forms[0]);
  expect(again).toEqual({ ...forms[0], at: again.at });
});
