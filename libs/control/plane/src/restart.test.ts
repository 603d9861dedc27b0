import { cp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fromBinary } from '@bufbuild/protobuf';
import { ClusterLoadAssignmentSchema } from '@weft/xds-messages/envoy/config/endpoint/v3/endpoint';
import { type ResourceUpdate, xdsTypes } from '@weft/xds-protocol';
import { expect, it } from 'vitest';
import { nodeIdOf, rule, shop, usePlaneBench } from './testing/plane-bench.ts';

const { api, connect, make, root, until } = usePlaneBench();
const yaml = (body: string): RequestInit => ({ method: 'POST', body, headers: { 'content-type': 'application/yaml' } });

/** Ports and health of the endpoints of echo, in each update that told of them. */
const endpointsOfEcho = (updates: readonly ResourceUpdate[]): string[][] =>
  updates
    .filter((update) => update.typeUrl === xdsTypes.EDS)
    .flatMap((update) => update.changed)
    .map(({ body }) =>
      fromBinary(ClusterLoadAssignmentSchema, body.value).endpoints.flatMap(({ lbEndpoints }) =>
        lbEndpoints.map(({ hostIdentifier, healthStatus }) => {
          const address = hostIdentifier.case === 'endpoint' ? hostIdentifier.value.address?.address : undefined;
          const port = address?.case === 'socketAddress' ? address.value.portSpecifier.value : undefined;
          return `${port} ${healthStatus}`;
        }),
      ),
    );

it('keeps authority, tokens and applied resources over a restart', async () => {
  const first = make();
  await first.start();
  await api(first, '/v1/resources', yaml(rule('3s')));
  const rootPem = await readFile(join(root(), 'tokens', 'shop.echo', 'root-cert.pem'), 'utf8');
  const { states } = await connect(first, 'echo');
  await until(() => states.includes('connected'));
  const at = first.addresses().xds;
  await first.stop();
  await until(() => states.length === 2);
  expect(states[1]).toBe('the control plane is stopping');
  const second = make({ xds: at });
  await second.start();
  expect(await readFile(join(root(), 'tokens', 'shop.echo', 'root-cert.pem'), 'utf8')).toBe(rootPem);
  await until(() => states.at(-1) === 'connected');
  expect((await api(second, '/v1/resources?kind=VirtualService')).body).toMatchObject({
    resources: [{ name: 'echo' }],
  });
});

it.each(['the same', 'a changed'])(
  'sends a proxy that comes back to a new process nothing that it holds: %s mesh',
  async (mesh) => {
    const first = make();
    await first.start();
    await api(first, '/v1/resources', yaml(rule('3s')));
    const { states, updates } = await connect(first, 'echo');
    const types = (): string[] => updates.flatMap(({ typeUrl, changed }) => (changed.length === 0 ? [] : [typeUrl]));
    const all = [xdsTypes.CDS, xdsTypes.EDS, xdsTypes.LDS, xdsTypes.RDS];
    await until(() => all.every((type) => types().includes(type)) && endpointsOfEcho(updates).length > 0);
    const at = first.addresses().xds;
    await first.stop();
    await until(() => states.length === 2);
    updates.length = 0;
    const more = shop.replaceAll('echo', 'more').replaceAll('other', 'another');
    if (mesh === 'a changed') await writeFile(join(root(), 'mesh', 'more.yaml'), more);
    const second = make({ xds: at });
    await second.start();
    await until(() => states.at(-1) === 'connected');
    const synced = async (): Promise<boolean> => {
      const { body } = await api(second, '/v1/proxies');
      const [proxy] = (body as { proxies: { types: Record<string, { state: string }> }[] }).proxies;
      return ['CDS', 'EDS', 'LDS', 'RDS'].every((type) => proxy?.types[type]?.state === 'SYNCED');
    };
    while (!(await synced())) await new Promise(setImmediate);
    const sent = updates.flatMap(({ changed }) => changed.map(({ name }) => name));
    const news = ['outbound|8080||more.shop.svc.cluster.local', 'http_proxy'];
    expect(sent).toEqual(mesh === 'the same' ? [] : news);
    expect(updates.flatMap(({ removed }) => removed)).toEqual([]);
  },
);

/** Waits for the file system, which tells nobody. */
async function untilFile(path: string, part: string): Promise<void> {
  for (;;) {
    if ((await readFile(path, 'utf8').catch(() => '')).includes(part)) return;
    await new Promise(setImmediate);
  }
}

it.each(['stopped', 'killed'])(
  'tells a proxy that is back first of endpoints whose sidecars are not back yet: control plane %s',
  async (end) => {
    const metadata = { AUTO_REGISTER_GROUP: 'other', WEFT_INGRESS: [] };
    const other1 = nodeIdOf('other-1');
    const first = make();
    await first.start();
    const echo = await connect(first, 'echo');
    const other = await connect(first, 'other', metadata, other1);
    await until(() => endpointsOfEcho(other.updates).at(-1)?.length === 1 && echo.states.length > 0);
    const before = endpointsOfEcho(other.updates).at(-1);
    expect(before).toEqual(['21003 1']);
    const stateDir = join(root(), 'next');
    if (end === 'stopped') await first.stop();
    else await untilFile(join(root(), 'state', 'workloads.json'), nodeIdOf('other-1'));
    // What is on the disk now is all that a killed process leaves.
    await cp(join(root(), 'state'), stateDir, { recursive: true });
    echo.client.stop();
    other.client.stop();
    const second = make({ stateDir });
    await second.start();
    const back = await connect(second, 'other', metadata, other1);
    await until(() => endpointsOfEcho(back.updates).length > 0);
    expect(endpointsOfEcho(back.updates)[0]).toEqual(before);
    expect((await api(second, '/v1/proxies')).body).toMatchObject({ proxies: [{ workloadGroup: 'shop/other' }] });
  },
);
