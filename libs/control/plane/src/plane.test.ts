import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { create } from '@bufbuild/protobuf';
import { createSeededRandom, systemClock } from '@weft/kernel';
import { NodeSchema } from '@weft/xds-messages/envoy/config/core/v3/base';
import { createXdsClient, type ResourceUpdate, xdsTypes } from '@weft/xds-protocol';
import { expect, it } from 'vitest';
import { formatAddress } from './grpc/listen.ts';
import { nodeIdOf, rule, usePlaneBench } from './testing/plane-bench.ts';

const { api, connect, log, make, root, stops, until } = usePlaneBench();
const names = (updates: readonly ResourceUpdate[], typeUrl: string): string[] =>
  updates.filter((update) => update.typeUrl === typeUrl).flatMap((update) => update.changed.map(({ name }) => name));

it('registers a sidecar that comes with a join token and serves it its mesh', async () => {
  const plane = make();
  await plane.start();
  const { updates, states, client } = await connect(plane, 'echo');
  await until(() => names(updates, xdsTypes.EDS).length > 0 && names(updates, xdsTypes.RDS).length > 0);
  expect(states).toEqual(['connected']);
  expect(names(updates, xdsTypes.CDS)).toContain('outbound|8080||echo.shop.svc.cluster.local');
  expect(names(updates, xdsTypes.LDS)).toEqual(expect.arrayContaining(['127.0.0.1_21002', '127.0.0.1_21003']));
  const { body } = await api(plane, '/v1/status');
  expect(body).toMatchObject({
    version: '0.0.0-test',
    proxies: 1,
    sources: [{ state: 'ok', resources: 3, violations: [] }],
    services: [
      {
        host: 'echo.shop.svc.cluster.local',
        ports: [{ number: 8080, protocol: 'http' }],
        instances: [{ address: '127.0.0.1:21003', healthy: true, workload: 'echo-1', version: 'v1' }],
      },
    ],
  });
  client.reportHealth(false, 'probe failed');
  await until(() => updates.filter((update) => update.typeUrl === xdsTypes.EDS).length === 2);
  const proxies = await api(plane, '/v1/proxies');
  expect(proxies.body).toMatchObject({
    proxies: [
      { workloadGroup: 'shop/echo', serviceAccount: 'echo', healthy: false, types: { CDS: { state: 'SYNCED' } } },
    ],
  });
  const id = encodeURIComponent(nodeIdOf('echo-1'));
  const dump = await api(plane, `/v1/proxies/${id}/snapshot`);
  expect(JSON.stringify(dump.body)).toContain('envoy.admin.v3.ListenersConfigDump');
  expect(JSON.stringify(dump.body)).toContain('"route_config_name":"http_proxy"');
});

it('sends only the type that a change of a file touches', async () => {
  const plane = make();
  await plane.start();
  const { updates } = await connect(plane, 'echo');
  await until(() => names(updates, xdsTypes.EDS).length > 0 && names(updates, xdsTypes.RDS).length > 0);
  const before = updates.length;
  await writeFile(join(root(), 'mesh', 'rule.yaml'), rule('7s'));
  await until(() => updates.length > before);
  expect(updates.slice(before).map((update) => update.typeUrl)).toEqual([xdsTypes.RDS]);
});

it('refuses a sidecar that claims a group that its token is not of', async () => {
  const plane = make();
  await plane.start();
  const { states } = await connect(plane, 'other');
  await until(() => states.length > 0);
  expect(states[0]).toBe('the join token is of workload group shop/other, the proxy claims shop/echo');
});

it('refuses workload groups and bad tokens in clear text, and serves others there', async () => {
  const plane = make();
  await plane.start();
  const address = plane.addresses().xdsClear;
  if (address === undefined) throw new Error('no clear-text port');
  const attempt = (metadata: Record<string, string>, token?: string): Promise<string> =>
    new Promise((resolve) => {
      const client = createXdsClient({
        address: formatAddress(address),
        ...(token === undefined ? {} : { token: () => token }),
        node: create(NodeSchema, { id: 'anyone', userAgentName: 'gRPC test', metadata }),
        clock: systemClock,
        random: createSeededRandom(1),
        handlers: { onUpdate: () => undefined, onConnection: (state, reason) => resolve(reason || state) },
      });
      stops.push(() => client.stop());
      client.subscribe(xdsTypes.EDS, ['nothing']);
      client.start();
    });
  expect(await attempt({})).toBe('connected');
  expect(await attempt({ AUTO_REGISTER_GROUP: 'echo' })).toBe('registering with a workload group needs a join token');
  expect(await attempt({}, 'nonsense')).toBe('the join token is not a signed JWT');
});

it('serves the other files when one is bad, and says what is wrong with it', async () => {
  await writeFile(
    join(root(), 'mesh', 'bad.yaml'),
    'kind: VirtualService\napiVersion: networking.istio.io/v1\nspec: {}\n',
  );
  const plane = make();
  await plane.start();
  expect(log()).toContain('bad.yaml:');
  const { body } = await api(plane, '/v1/status');
  expect(body).toMatchObject({
    sources: [
      { state: 'rejected', resources: 0 },
      { state: 'ok', resources: 3 },
    ],
  });
});

it('is ready when it listens, and shows its metrics', async () => {
  const plane = make();
  await plane.start();
  const base = `http://${formatAddress(plane.addresses().monitoring)}`;
  expect((await fetch(`${base}/ready`)).status).toBe(200);
  expect(await (await fetch(`${base}/metrics`)).text()).toContain('pilot_xds 0');
  expect(await (await fetch(`${base}/debug/syncz`)).json()).toEqual([]);
});

it('says in one sentence that a port is busy or a clear-text address is not loopback', async () => {
  const taken = createServer().listen(0, '127.0.0.1');
  stops.push(() => void taken.close());
  await new Promise((resolve) => taken.once('listening', resolve));
  const bound = taken.address();
  const port = typeof bound === 'object' && bound !== null ? bound.port : 0;
  const busy = { host: '127.0.0.1', port };
  for (const flag of ['xds', 'monitoring', 'api'] as const) {
    await expect(make({ [flag]: busy }).start()).rejects.toThrow(
      `--${flag} 127.0.0.1:${port}: another process listens there`,
    );
  }
  await expect(make({ xdsClear: { host: '0.0.0.0', port: 0 } }).start()).rejects.toThrow('only a loopback address');
});
