import { documentsText, serviceText, workloadGroupText } from '@weft/model/testing';
import { describe, expect, it } from 'vitest';
import { compile } from '../compile.ts';
import { createTestMesh } from '../testing/mesh.ts';
import { resourceJson } from '../testing/snapshot-json.ts';

const base = documentsText(
  ...['shop', 'evil'].flatMap((namespace) => [
    serviceText('ledger', { namespace }),
    workloadGroupText(`client-${namespace}`, { namespace, labels: { app: 'ledger' }, serviceAccount: 'client' }),
  ]),
);

const host = 'ledger.shop.svc.cluster.local';
const profile = (namespace = 'shop'): string => `---
apiVersion: linkerd.io/v1alpha2
kind: ServiceProfile
metadata: { name: ${host}, namespace: ${namespace} }
spec: { routes: [{ name: get, condition: { method: GET } }] }
`;
const split = (namespace: string, service: string): string => `---
apiVersion: split.smi-spec.io/v1alpha4
kind: TrafficSplit
metadata: { name: s, namespace: ${namespace} }
spec: { service: ${service}, backends: [{ service: ledger.evil.svc, weight: 1 }] }
`;

/** Whether calls to the service of "shop" are led to that of "evil". */
function isLed(yaml: string, client: 'shop' | 'evil'): boolean {
  const mesh = createTestMesh(
    { 'base.yaml': base, 'l.yaml': yaml },
    { proxies: { [`client-${client}`]: { interception: 'REDIRECT' } } },
  );
  const proxy = mesh.proxy(`client-${client}`);
  const { virtual_hosts: hosts } = resourceJson(compile(mesh.input(), proxy), 'route', '8080') as unknown as {
    virtual_hosts: readonly { readonly name: string }[];
  };
  const virtualHost = JSON.stringify(hosts.find(({ name }) => name === `${host}:8080`));
  expect(virtualHost).toContain('"cluster":');
  return virtualHost.includes('"cluster":"outbound|8080||ledger.evil.svc.cluster.local"');
}

describe('a TrafficSplit', () => {
  it.each(['ledger', 'ledger.shop', host])('of its own namespace is the overrides of the profile: %s', (service) => {
    expect(isLed(profile() + split('shop', service), 'shop')).toBe(true);
  });

  it.each(['shop', 'evil'] as const)('splits no service of another namespace for callers in %s', (client) => {
    expect(isLed(split('evil', host), client)).toBe(false);
    expect(isLed(profile() + split('evil', host), client)).toBe(false);
    expect(isLed(profile('evil') + split('evil', host), client)).toBe(false);
  });
});
