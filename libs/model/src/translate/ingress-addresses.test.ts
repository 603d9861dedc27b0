import { describe, expect, it } from 'vitest';
import { defaultMeshConfig } from '../mesh-config/defaults.ts';
import { createModel } from '../model.ts';
import { parseDocuments } from '../parse.ts';
import { ingressAddresses } from './ingress-addresses.ts';

const service = (spec: string, status = '{}', namespace = 'istio-system'): string => `apiVersion: v1
kind: Service
metadata: { name: istio-ingressgateway, namespace: ${namespace} }
spec: ${spec}
status: ${status}
---
`;
const ports = 'ports: [{ port: 80 }]';
const pod = (name: string, label: string, node: string, phase = 'Running'): string => `apiVersion: v1
kind: Pod
metadata: { name: ${name}, namespace: istio-system, labels: { istio: ${label} } }
spec: { nodeName: ${node}, containers: [{ name: c }] }
status: { phase: ${phase} }
---
`;
const node = (name: string, addresses: string): string => `apiVersion: v1
kind: Node
metadata: { name: ${name} }
status: { addresses: [${addresses}] }
---
`;
const pods =
  pod('a', 'ingressgateway', 'one') +
  pod('b', 'ingressgateway', 'two') +
  pod('c', 'other', 'three') +
  pod('d', 'ingressgateway', 'three', 'Pending') +
  node('one', '{ type: InternalIP, address: 10.0.0.1 }, { type: ExternalIP, address: 192.0.2.9 }') +
  node('two', '{ type: ExternalIP, address: 192.0.2.1 }, { type: ExternalIP, address: 192.0.2.9 }') +
  node('three', '{ type: ExternalIP, address: 192.0.2.3 }');

describe('an Ingress is reached at', () => {
  it.each([
    [
      'what a load balancer gave the Service, and its externalIPs',
      'istio-ingressgateway',
      service(
        `{ ${ports}, externalIPs: [192.0.2.8] }`,
        '{ loadBalancer: { ingress: [{ hostname: lb.example.com }, { ip: 203.0.113.7, hostname: b.example.com }] } }',
      ),
      [{ ip: '192.0.2.8' }, { ip: '203.0.113.7' }, { hostname: 'lb.example.com' }],
    ],
    [
      'the name that it stands for',
      'istio-ingressgateway',
      service('{ type: ExternalName, externalName: edge.example.com }'),
      [{ hostname: 'edge.example.com' }],
    ],
    [
      'nothing where the Service is of another namespace',
      'istio-ingressgateway',
      service(`{ ${ports}, externalIPs: [192.0.2.8] }`, '{}', 'shop'),
      [],
    ],
    ['nothing where there is none', 'istio-ingressgateway', pods, []],
    ['the nodes of its pods where no Service is named', '', pods, [{ ip: '192.0.2.1' }, { ip: '192.0.2.9' }]],
  ])('%s', (_what, ingressService, text, expected) => {
    const { resources, violations } = parseDocuments('f.yaml', text);
    expect(violations).toEqual([]);
    expect(ingressAddresses(createModel(resources), { ...defaultMeshConfig, ingressService })).toEqual(expected);
  });
});
