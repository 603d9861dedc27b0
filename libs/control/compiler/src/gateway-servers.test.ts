import { expect, it } from 'vitest';
import { compile } from './compile.ts';
import { typeUrls } from './snapshot.ts';
import { createTestMesh } from './testing/mesh.ts';

const documents = (targetPort: string, namespace = 'istio-system'): string => `apiVersion: networking.istio.io/v1
kind: WorkloadGroup
metadata: { name: ingressgateway, namespace: istio-system }
spec: { metadata: { labels: { istio: ingressgateway } }, template: {} }
---
apiVersion: v1
kind: Pod
metadata: { name: door-1, namespace: istio-system, labels: { istio: ingressgateway } }
spec: { containers: [{ name: door, ports: [{ name: http, containerPort: 8080 }] }] }
---
apiVersion: v1
kind: Service
metadata: { name: istio-ingressgateway, namespace: ${namespace} }
spec: { selector: { istio: ingressgateway }, ports: [{ name: web, port: 80, targetPort: ${targetPort} }] }
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: { name: shop, namespace: shop }
spec: { ingressClassName: istio, defaultBackend: { service: { name: order, port: { number: 8080 } } } }
`;

it.each([
  ['a number', documents('9090'), 9090],
  ["a name of its Pod's", documents('http'), 8080],
  ['a name that the Pod has not', documents('gone'), 80],
  ['what a Service of another namespace says', documents('9090', 'shop'), 80],
])('an Ingress is listened for where the Service of the gateway leads: %s', (_what, yaml, port) => {
  const mesh = createTestMesh({ 'ingress.yaml': yaml });
  const proxy = mesh.proxy('ingressgateway');
  const id = 'router~127.0.0.1~door-1.istio-system~istio-system.svc.cluster.local';
  const snapshot = compile(mesh.input(), { ...proxy, id, workloadGroup: '' });
  expect([...(snapshot.resources.get(typeUrls.listener)?.keys() ?? [])]).toEqual([`127.0.0.1_${port}`]);
});
