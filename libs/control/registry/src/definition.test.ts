import { createManualClock } from '@weft/kernel';
import { createModel, parseDocuments } from '@weft/model';
import { describe, expect, it } from 'vitest';
import { createRegistry } from './registry.ts';
import type { ServiceView } from './view.ts';

const serviceOf = (yaml: string, host: string): ServiceView | undefined => {
  const { resources, violations } = parseDocuments('mesh.yaml', yaml);
  expect(violations).toEqual([]);
  const options = { clock: createManualClock(), domain: 'cluster.local', trustDomain: 'cluster.local' };
  return createRegistry({ model: createModel(resources), ...options })
    .view()
    .services.get(host);
};

const entry = (spec: string): string => `
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: { name: entry, namespace: shop }
spec:
${spec}`;

const workloadEntry = `
---
apiVersion: networking.istio.io/v1
kind: WorkloadEntry
metadata: { name: vm, namespace: shop }
spec:
  address: 10.0.0.9
  ports: { http: 8123 }
  labels: { app: legacy, security.istio.io/tlsMode: istio }
  locality: eu/a
  weight: 5
  serviceAccount: legacy
`;

describe('a ServiceEntry', () => {
  it('has the endpoints that it lists, each with its own port or the target port or the number', () => {
    const service = serviceOf(
      entry(`  hosts: [a.example.com]
  location: MESH_EXTERNAL
  resolution: STATIC
  ports: [{ number: 80, name: http, protocol: HTTP, targetPort: 8000 }, { number: 443, name: tls, protocol: TLS }]
  endpoints: [{ address: 10.0.0.1 }, { address: 10.0.0.2, ports: { http: 8001, tls: 8443 } }]
`),
      'a.example.com',
    );
    expect(service?.meshInternal).toBe(false);
    expect(service?.ports.map((port) => port.protocol)).toEqual(['http', 'tls']);
    expect(service?.instances.map((instance) => [instance.address, [...instance.ports]])).toEqual([
      [
        '10.0.0.1',
        [
          [80, 8000],
          [443, 443],
        ],
      ],
      [
        '10.0.0.2',
        [
          [80, 8001],
          [443, 8443],
        ],
      ],
    ]);
  });

  it('resolved by DNS without endpoints has its own host as address', () => {
    const service = serviceOf(
      entry(`  hosts: [b.example.com]
  location: MESH_EXTERNAL
  resolution: DNS
  ports: [{ number: 80, name: http, protocol: HTTP }]
`),
      'b.example.com',
    );
    expect(service?.resolution).toBe('dns');
    expect(service?.instances.map((instance) => instance.address)).toEqual(['b.example.com']);
  });

  it('selects workloads of its namespace by label', () => {
    const service = serviceOf(
      entry(`  hosts: [legacy.local]
  location: MESH_INTERNAL
  resolution: STATIC
  ports: [{ number: 80, name: http, protocol: HTTP }]
  workloadSelector: { labels: { app: legacy } }
`) + workloadEntry,
      'legacy.local',
    );
    expect(service?.instances).toMatchObject([
      {
        address: '10.0.0.9',
        ports: new Map([[80, 8123]]),
        weight: 5,
        locality: 'eu/a',
        spiffeId: 'spiffe://cluster.local/ns/shop/sa/legacy',
        mutualTls: true,
        workloadName: 'vm',
      },
    ]);
  });

  it('with a wildcard and no endpoints has none', () => {
    const service = serviceOf(
      entry(`  hosts: ["*.example.com"]
  location: MESH_EXTERNAL
  resolution: NONE
  ports: [{ number: 80, name: http, protocol: HTTP }]
`),
      '*.example.com',
    );
    expect(service?.instances).toEqual([]);
  });
});

describe('a Service', () => {
  it('selects WorkloadEntries, whose named port wins over its target port', () => {
    const service = serviceOf(
      `
apiVersion: v1
kind: Service
metadata: { name: legacy, namespace: shop }
spec:
  selector: { app: legacy }
  ports: [{ name: http, port: 80, targetPort: 8080 }, { name: tcp-x, port: 81, targetPort: 8081 }, { name: grpc, port: 82, targetPort: rpc }]
${workloadEntry}`,
      'legacy.shop.svc.cluster.local',
    );
    expect(service?.instances.map((instance) => [...instance.ports])).toEqual([
      [
        [80, 8123],
        [81, 8081],
      ],
    ]);
  });
});
