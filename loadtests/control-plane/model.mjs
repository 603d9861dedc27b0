// A generated mesh: services with endpoints, rules for some of them, and one service that changes.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export const namespaces = 20;
export const hot = { namespace: 'ns-0', name: 'hot', host: 'hot.ns-0.svc.cluster.local' };
const documentsPerFile = 400;

const address = (block, index) => `10.${block + (index >> 16)}.${(index >> 8) & 255}.${index & 255}`;

/** Writes the model into `folder`: half of the services select WorkloadEntries, half are ServiceEntries with endpoints in them. */
export function writeModel(folder, { services, endpoints }) {
  mkdirSync(folder, { recursive: true });
  const documents = [service(hot.namespace, hot.name, 0), virtualService(hot.namespace, hot.name, 1)];
  let placed = 0;
  for (let index = 0; index < services; index++) {
    const namespace = `ns-${index % namespaces}`;
    const name = `svc-${index}`;
    const count = Math.floor(((index + 1) * endpoints) / services) - placed;
    const own = Array.from({ length: count }, (_, offset) => address(64, placed + offset));
    placed += count;
    if (index % 2 === 0) {
      documents.push(service(namespace, name, index + 1));
      documents.push(...own.map((ip, at) => workloadEntry(namespace, `${name}-${at}`, name, ip, 1)));
    } else documents.push(serviceEntry(namespace, name, index + 1, own));
    if (index % 4 === 0) documents.push(virtualService(namespace, name, 10));
    if (index % 10 === 0) documents.push(destinationRule(namespace, name));
  }
  for (let from = 0; from < documents.length; from += documentsPerFile) {
    const text = documents.slice(from, from + documentsPerFile).join('---\n');
    writeFileSync(join(folder, `mesh-${String(from / documentsPerFile).padStart(4, '0')}.yaml`), text);
  }
}

/** An endpoint of the service that changes: each `version` is another address. */
export const hotEndpoint = (version) =>
  workloadEntry(hot.namespace, 'hot-endpoint', hot.name, address(200, version % 60_000), 1);

/** Of the rule that changes: each `version` is another timeout. */
export const hotRule = (version) => virtualService(hot.namespace, 'hot-rule', version + 1);

function service(namespace, name, index) {
  return `apiVersion: v1
kind: Service
metadata: {name: ${name}, namespace: ${namespace}}
spec:
  clusterIP: ${address(32, index)}
  selector: {app: ${name}}
  ports: [{name: http, port: 8080}]
`;
}

function serviceEntry(namespace, name, index, addresses) {
  return `apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: {name: ${name}, namespace: ${namespace}}
spec:
  hosts: [${name}.${namespace}.example]
  addresses: [${address(48, index)}]
  location: MESH_INTERNAL
  resolution: STATIC
  ports: [{name: http, number: 8080, protocol: HTTP}]
  endpoints: [${addresses.map((ip) => `{address: ${ip}, labels: {app: ${name}}}`).join(', ')}]
`;
}

function workloadEntry(namespace, name, app, ip, weight) {
  return `apiVersion: networking.istio.io/v1
kind: WorkloadEntry
metadata: {name: ${name}, namespace: ${namespace}}
spec: {address: ${ip}, weight: ${weight}, labels: {app: ${app}}, serviceAccount: ${app}}
`;
}

function virtualService(namespace, name, seconds) {
  const host = name === 'hot-rule' ? hot.name : name;
  const rule = name === 'hot' ? 'unused' : name;
  return `apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: ${rule}, namespace: ${namespace}}
spec:
  hosts: [${name === 'hot' ? 'unused.example' : `${host}.${namespace}.svc.cluster.local`}]
  http: [{timeout: ${seconds}s, route: [{destination: {host: ${host}.${namespace}.svc.cluster.local}}]}]
`;
}

function destinationRule(namespace, name) {
  return `apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {name: ${name}, namespace: ${namespace}}
spec:
  host: ${name}.${namespace}.svc.cluster.local
  trafficPolicy: {connectionPool: {http: {http2MaxRequests: 1000}}}
`;
}
