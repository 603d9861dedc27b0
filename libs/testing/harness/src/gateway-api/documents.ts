/** YAML that the tests of the Gateway API share: a gateway workload, services whose endpoints are servers of the test, secrets. */

import { workloadGroupText } from '@weft/model/testing';

/** Label that makes a workload the gateway of that name. */
export const gatewayGroup = (name: string): string =>
  workloadGroupText(name, {
    namespace: 'edge',
    labels: { 'gateway.networking.k8s.io/gateway-name': name, istio: 'ingressgateway' },
  });

/** @param ports name → where a server of the test listens; the Service has `first` for the first of them, and the ports after it. */
export function serviceOf(
  name: string,
  namespace: string,
  ports: Readonly<Record<string, number>>,
  first = 1001,
): string {
  const list = (text: (port: string, number: number, index: number) => string): string =>
    Object.entries(ports)
      .map(([port, number], index) => text(port, number, index))
      .join(', ');
  return `apiVersion: v1
kind: Service
metadata: { name: ${name}, namespace: ${namespace} }
spec: { ports: [${list((port, _, index) => `{ name: ${port}, port: ${first + index} }`)}] }
---
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: { name: ${name}-1, namespace: ${namespace}, labels: { kubernetes.io/service-name: ${name} } }
addressType: IPv4
endpoints: [{ addresses: [127.0.0.1] }]
ports: [${list((port, number) => `{ name: ${port}, port: ${number} }`)}]
`;
}

export function secretOf(
  name: string,
  namespace: string,
  { certChainPem, privateKeyPem }: { readonly certChainPem: string; readonly privateKeyPem: string },
): string {
  const base64 = (text: string): string => Buffer.from(text).toString('base64');
  return `apiVersion: v1
kind: Secret
metadata: { name: ${name}, namespace: ${namespace} }
type: kubernetes.io/tls
data: { tls.crt: ${base64(certChainPem)}, tls.key: ${base64(privateKeyPem)} }
`;
}
