/** Services and groups from YAML, a registry over them, and proxies to register: what its tests stand on. */

import { createManualClock } from '@weft/kernel';
import { createModel, type Model, parseDocuments } from '@weft/model';
import { expect } from 'vitest';
import { createRegistry } from '../registry.ts';
import type { ProxyDescription } from '../view.ts';
import type { RegistryLimits } from '../workload-table.ts';
import { testProxy } from './test-proxy.ts';

export const service = (name: string, ports: string): string => `
apiVersion: v1
kind: Service
metadata: { name: ${name}, namespace: shop }
spec:
  selector: { app: ${name} }
  ports: ${ports}
`;

export const group = (name: string, extra = ''): string => `
apiVersion: networking.istio.io/v1
kind: WorkloadGroup
metadata: { name: ${name}, namespace: shop }
spec:
  metadata: { labels: { app: ${name}, version: v1 } }
  template: { serviceAccount: ${name} }
${extra}`;

export const probe = '  probe: { httpGet: { path: /health/ready, port: 8080 } }\n';
export const httpPorts = '[{ name: http, port: 8080, targetPort: http }]';

export const modelOf = (...documents: string[]): Model => {
  const { resources, violations } = parseDocuments('mesh.yaml', documents.join('---\n'));
  expect(violations).toEqual([]);
  return createModel(resources);
};

export const proxyOf = (name: string, instance = 1): ProxyDescription =>
  testProxy(name, {
    id: `sidecar~127.0.0.1~${name}-${instance}.shop~shop.svc.cluster.local`,
    labels: { app: name },
    ingress: [
      { name: 'http', bind: '127.0.0.1', port: 15_000 + instance, defaultEndpoint: `127.0.0.1:${8000 + instance}` },
    ],
  });

export const start = (model: Model, limits: Partial<RegistryLimits> = {}) => {
  const clock = createManualClock();
  const registry = createRegistry({ model, clock, domain: 'cluster.local', trustDomain: 'cluster.local', limits });
  const host = (name: string) => registry.view().services.get(`${name}.shop.svc.cluster.local`);
  const instances = (name: string) => host(name)?.instances ?? [];
  return { clock, registry, host, instances };
};
