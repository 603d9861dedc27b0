import { expect, test } from 'vitest';
import { layoutOf } from './layout.ts';
import { planControlPlane, planGateway, planSidecars } from './mesh.ts';
import { defaultPorts } from './ports.ts';
import { planServices } from './services.ts';
import { assertEnvoy, type SidecarKind } from './sidecar-choice.ts';

const layout = layoutOf('/run');
const plan = {
  root: '/repo',
  layout,
  ports: defaultPorts,
  configDir: 'infra/mesh',
  logLevel: 'info',
  baseEnv: { PATH: '/bin' },
};
const services = (mesh: boolean) => planServices({ ...plan, mesh, passwordFileOf: (name) => `/secret/${name}` });

test('no port is given twice', () => {
  const all = [planControlPlane(plan), planGateway(plan), ...planSidecars(plan), ...services(true)];
  const ports = all.flatMap((spec) => spec.ports);
  expect(new Set(ports).size).toBe(ports.length);
});

test('a sidecar is told its group, its own token folder and both of its ingress ports', () => {
  const sidecar = planSidecars(plan).find((spec) => spec.name === 'payment-v2-sidecar');
  const args = sidecar?.args.join(' ');
  expect(args).toContain('--workload-group shop/payment-v2');
  expect(args).toContain('--token-dir /run/tokens/shop.payment-v2');
  expect(args).toContain(
    '--inbound http=127.0.0.1:21043,127.0.0.1:21040 --inbound grpc=127.0.0.1:21044,127.0.0.1:21041',
  );
  expect(args).toContain('--state-dir /run/sidecars/payment-v2');
  expect(sidecar?.needsFiles).toEqual([
    '/run/tokens/shop.payment-v2/token',
    '/run/tokens/shop.payment-v2/root-cert.pem',
  ]);
});

test('a workload has an Envoy where that is chosen, with the same flags besides', () => {
  const sidecarOf = (workload: string): SidecarKind => (workload === 'order' ? 'envoy' : 'weft');
  const envoys = [...planSidecars({ ...plan, sidecarOf }), planGateway({ ...plan, sidecarOf })];
  expect(envoys.filter(({ args }) => args.includes('--envoy')).map(({ name }) => name)).toEqual(['order-sidecar']);
  const ours = planSidecars(plan).find(({ name }) => name === 'order-sidecar');
  expect(envoys[1]?.args).toEqual([...(ours?.args ?? []), '--envoy', 'envoy']);
});

test('an Envoy that is not installed is missed before anything starts', () => {
  expect(() => assertEnvoy('/nowhere')).toThrow('there is no program envoy on the PATH; install Envoy');
});

test('in the mesh a service calls through its sidecar, with a password in a file and not in its environment', () => {
  const order = services(true).find((spec) => spec.name === 'order');
  expect(order?.env).toMatchObject({
    http_proxy: 'http://127.0.0.1:21012',
    grpc_proxy: 'http://127.0.0.1:21012',
    DATABASE_URL: 'postgres://order@127.0.0.1:15432/order',
    DATABASE_PASSWORD_FILE: '/secret/order',
  });
  expect(order?.env['DISCOVERY']).toBeUndefined();
});

test('without a mesh the services find one another through a folder, and know no proxy', () => {
  for (const service of services(false)) {
    expect(service.env['DISCOVERY']).toBe('file:/run/discovery');
    expect(service.env['http_proxy']).toBeUndefined();
    expect(service.env['GRPC_MAX_CONNECTION_AGE_MS']).toBeUndefined();
  }
});
