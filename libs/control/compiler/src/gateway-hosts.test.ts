import { expect, it } from 'vitest';
import { compile } from './compile.ts';
import { createTestMesh, describeGrpcClient } from './testing/mesh.ts';

const gateway = (hosts: string): string => `apiVersion: networking.istio.io/v1
kind: Gateway
metadata: { name: front, namespace: edge }
spec:
  selector: { istio: ingressgateway }
  servers:
    - port: { number: 8080, name: http, protocol: HTTP }
      hosts: ${hosts}
`;

const rule = (gateways: string, hosts: string): string => `apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: shop, namespace: shop }
spec:
  hosts: ${hosts}
  gateways: ${gateways}
  http:
    - directResponse: { status: 200 }
`;

const noticesOf = (gatewayHosts: string, gateways: string, hosts: string): readonly string[] => {
  const mesh = createTestMesh({ 'gateway.yaml': gateway(gatewayHosts), 'rule.yaml': rule(gateways, hosts) });
  return compile(mesh.input(), describeGrpcClient('shop')).notices;
};

it('notes a Gateway that does not exist, where it is named, and nothing of the hosts that may be for it', () => {
  expect(noticesOf('["*"]', '[edge/front, front]', '[shop.example.com]')).toEqual([
    'rule.yaml:6 VirtualService shop/shop gateways[1]: there is no Gateway shop/front; create it, or name one as "namespace/name"',
  ]);
  expect(noticesOf('[a.example.com]', '[mesh, front]', '[b.example.com]')).toHaveLength(1);
});

it.each([
  ['another name', '[a.example.com]', '[a.example.com, b.example.com]', { 1: 'b.example.com' }],
  ['a pattern beside it', '["*.a.example.com"]', '["*.b.example.com", x.a.example.com]', { 0: '*.b.example.com' }],
  ['a server for another namespace', '[edge/a.example.com]', '[a.example.com]', { 0: 'a.example.com' }],
  ['a server for the own namespace of the Gateway', '[./a.example.com]', '[a.example.com]', { 0: 'a.example.com' }],
  ['a server for this namespace', '[shop/a.example.com]', '[A.example.com]', {}],
  ['a wider server', '["*"]', '[a.example.com, "*.b.example.com"]', {}],
  ['a narrower server', '[a.example.com]', '["*.example.com"]', {}],
])('notes the hosts that no server has: %s', (_what, gatewayHosts, hosts, unserved) => {
  expect(noticesOf(gatewayHosts, '[edge/front]', hosts)).toEqual(
    Object.entries(unserved).map(
      ([position, host]) =>
        `rule.yaml:5 VirtualService shop/shop hosts[${position}]: no server of Gateway edge/front takes ${host} from namespace shop; add it to a server's hosts`,
    ),
  );
});

it('says nothing of a host that may be for the mesh', () => {
  expect(noticesOf('[a.example.com]', '[mesh, edge/front]', '[b.example.com]')).toEqual([]);
});

it('takes its notice back when the Gateway comes', () => {
  const mesh = createTestMesh({ 'rule.yaml': rule('[edge/front]', '[a.example.com]') });
  expect(compile(mesh.input(), describeGrpcClient('shop')).notices).toHaveLength(1);
  mesh.change({ 'rule.yaml': rule('[edge/front]', '[a.example.com]'), 'gateway.yaml': gateway('["*"]') });
  expect(compile(mesh.input(), describeGrpcClient('shop')).notices).toEqual([]);
});
