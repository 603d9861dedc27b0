import { createSeededRandom, systemClock } from '@weft/kernel';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startFakeApiServer } from '../testing/fake-api-server.ts';
import { createChangeCounter, silentLogger } from '../testing/fixtures.ts';
import { describeSource } from '../testing/source.contract.ts';
import { createApiClient } from './api/api-client.ts';
import { createKubernetesSource, type KubernetesSourceOptions } from './kubernetes-source.ts';
import { watchedKinds } from './watched-kinds.ts';

const services = '/api/v1/services';
const service = (name: string, port: number, more: object = {}) => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name, namespace: 'shop', managedFields: [{}], ...more },
  spec: { ports: [{ port }] },
});

/** Delays a thousandth of the real ones, so that nothing waits. */
const quick = { backOffMs: 1, backOffMaxMs: 4, absentMs: 2, gatherMs: 1 };

async function open(more: Partial<KubernetesSourceOptions> = {}) {
  const server = await startFakeApiServer();
  const counter = createChangeCounter();
  const client = createApiClient({ server: new URL(server.url), namespace: 'x' }, systemClock);
  const make = () =>
    createKubernetesSource({
      client,
      clock: systemClock,
      random: createSeededRandom(1),
      logger: silentLogger,
      onChange: counter.bump,
      rootNamespace: 'istio-system',
      limits: quick,
      ...more,
    });
  const close = async (): Promise<void> => {
    client.close();
    await server.close();
  };
  return { server, counter, make, close };
}

async function started(more: Partial<KubernetesSourceOptions> = {}) {
  const { server, counter, make, close } = await open(more);
  const source = make();
  onTestFinished(async () => {
    await source.stop();
    await close();
  });
  const names = (): string[] => source.resources().map(({ name }) => name);
  return { server, counter, source, names };
}

describeSource('a Kubernetes API server', async () => {
  const { server, counter, make, close } = await open();
  let source = make();
  const fileOf = (name: string) => `kubernetes/Service/shop/${name}`;
  const stateOf = (name: string) => source.files().find(({ file }) => file === fileOf(name));
  return {
    changes: counter.count,
    async open() {
      await source.stop();
      source = make();
      await source.start();
      return source;
    },
    async put(name, port) {
      server.put(services, service(name, port));
      await counter.until(() =>
        source
          .resources()
          .some((one) => one.kind === 'Service' && one.name === name && one.spec.ports[0]?.port === port),
      );
    },
    async putBroken(name) {
      server.put(services, service(name, 0));
      await counter.until(() => stateOf(name)?.state === 'rejected');
    },
    async remove(name) {
      server.remove(services, `shop/${name}`);
      await counter.until(() => stateOf(name) === undefined);
    },
    async close() {
      await source.stop();
      await close();
    },
  };
});

describe('a Kubernetes source', () => {
  it('asks for every kind, each once, and names objects by kind, namespace and name', async () => {
    const { server, source } = await started();
    server.put(services, service('pay', 80));
    server.put('/api/v1/nodes', { metadata: { name: 'n1' }, apiVersion: 'v1', kind: 'Node', status: {} });
    await source.start();
    expect(source.resources().map(({ position }) => position.file)).toEqual([
      'kubernetes/Node/n1',
      'kubernetes/Service/shop/pay',
    ]);
    const lists = server.requests().filter(({ query }) => query.get('watch') === null);
    expect(lists).toHaveLength(Object.keys(watchedKinds).length + 1);
    expect(new Set(lists.map(({ path }) => path)).size).toBe(lists.length);
  });

  it('keeps those ConfigMaps that hold CA certificates, for as long as they do', async () => {
    const { server, source, counter } = await started();
    const maps = '/api/v1/configmaps';
    const map = (name: string, data: object) => ({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name, namespace: 'shop' },
      data,
    });
    const kept = () => source.resources().map(({ name }) => name);
    server.put(maps, map('roots', { 'ca.crt': 'x' }));
    server.put(maps, map('other', { 'app.conf': 'x' }));
    await source.start();
    expect(kept()).toEqual(['roots']);
    server.put(maps, map('roots', {}));
    await counter.until(() => kept().length === 0);
  });

  it('reads a list of many objects in pages', async () => {
    const { server, source } = await started({ limits: { ...quick, pageSize: 3 } });
    for (let at = 0; at < 8; at++) server.put(services, service(`s${at}`, 80));
    await source.start();
    expect(source.resources()).toHaveLength(8);
    expect(server.requests().filter(({ path, query }) => path === services && query.has('limit'))).toHaveLength(3);
  });

  it('keeps as many objects as its bound allows', async () => {
    const { server, source } = await started({ limits: { ...quick, objectsMax: 2 } });
    for (const name of ['a', 'b', 'c']) server.put(services, service(name, 80));
    await source.start();
    expect(source.resources()).toHaveLength(2);
  });

  it('uses the older version of a kind where the API server has no newer one', async () => {
    const { server, source } = await started();
    const gateways = '/apis/networking.istio.io/v1beta1/virtualservices';
    server.answer(({ path }) =>
      path === '/apis/networking.istio.io/v1/virtualservices' ? { status: 404 } : undefined,
    );
    server.put(gateways, {
      apiVersion: 'networking.istio.io/v1beta1',
      kind: 'VirtualService',
      metadata: { name: 'v', namespace: 'shop' },
      spec: { hosts: ['a'], http: [{ route: [{ destination: { host: 'a' } }] }] },
    });
    await source.start();
    expect(source.resources()).toMatchObject([{ kind: 'VirtualService', name: 'v' }]);
  });

  it('is ready without kinds that the API server lacks, and takes them when they are installed', async () => {
    const { server, source, counter, names } = await started();
    const servers = '/apis/policy.linkerd.io/v1beta3/servers';
    let installed = false;
    server.answer(({ path }) =>
      path.includes('linkerd') && !(installed && path === servers) ? { status: 404 } : undefined,
    );
    await source.start();
    server.put(servers, {
      apiVersion: 'policy.linkerd.io/v1beta3',
      kind: 'Server',
      metadata: { name: 's', namespace: 'shop' },
      spec: { podSelector: {}, port: 80 },
    });
    installed = true;
    await counter.until(() => names().includes('s'));
  });

  it('is ready though it may not read Secrets, and says so', async () => {
    const { server, source } = await started();
    server.answer(({ path }) => (path === '/api/v1/secrets' ? { status: 403, body: { message: 'no' } } : undefined));
    await source.start();
    expect(source.files()).toMatchObject([
      { file: 'kubernetes/Secret', state: 'rejected', violations: [{ message: 'cannot be read: no' }] },
    ]);
  });

  it('is not ready before Services were read', async () => {
    const { server, source } = await started();
    let broken = 3;
    server.answer(({ path }) => (path === services && broken-- > 0 ? { status: 500 } : undefined));
    server.put(services, service('pay', 80));
    await source.start();
    expect(source.resources()).toHaveLength(1);
    expect(source.files()).toMatchObject([{ state: 'ok' }]);
  });

  it('stops though the API server never answered', async () => {
    const { server, source } = await started();
    server.answer(() => 'hang');
    const starting = source.start();
    await server.until(() => server.requests().length > 0);
    await source.stop();
    await starting;
    expect(source.resources()).toEqual([]);
  });

  it('goes on from the last bookmark after a watch ended', async () => {
    const { server, source, counter, names } = await started();
    await source.start();
    await server.until(() => server.watching(services) === 1);
    server.bookmark(services);
    server.put(services, service('a', 80));
    await counter.until(() => names().includes('a'));
    const lists = server.requests().filter(({ path, query }) => path === services && query.has('limit')).length;
    server.endWatches();
    await server.until(() => server.watching(services) === 0);
    server.put(services, service('b', 80));
    await counter.until(() => names().includes('b'));
    expect(server.requests().filter(({ path, query }) => path === services && query.has('limit'))).toHaveLength(lists);
  });

  it('lists again when the API server has forgotten where it was, and drops what is gone', async () => {
    const { server, source, counter, names } = await started();
    server.put(services, service('a', 80));
    server.put(services, service('b', 80));
    await source.start();
    await server.until(() => server.watching(services) === 1);
    const [, kept] = source.resources();
    server.answer(({ path }) => (path === services ? 'break' : undefined));
    server.breakConnections();
    server.remove(services, 'shop/a');
    server.put(services, service('c', 80));
    server.forgetHistory();
    server.answer(() => undefined);
    await counter.until(() => names().join() === 'b,c');
    expect(source.resources()[0]).toBe(kept);
  });

  it('keeps what it knows while the API server is away', async () => {
    const { server, source, counter } = await started();
    server.put(services, service('a', 80));
    await source.start();
    server.answer(() => 'break');
    server.breakConnections();
    await counter.until(() =>
      source.files().some(({ file, state }) => file === 'kubernetes/Service' && state !== 'ok'),
    );
    expect(source.resources()).toHaveLength(1);
    server.answer(() => undefined);
    await counter.until(() => source.files().every(({ state }) => state === 'ok'));
  });

  it.each([
    ['is not JSON', '{"type":\n'],
    ['is no event', '[]\n'],
    ['is an event of no kind', '{"type":"NEWS","object":{"metadata":{}}}\n'],
  ])('lists again after a line of a watch that %s', async (_what, text) => {
    const { server, source, counter, names } = await started();
    await source.start();
    await server.until(() => server.watching(services) === 1);
    server.write(services, text);
    server.put(services, service('a', 80));
    await counter.until(() => names().includes('a'));
  });

  it('tells nothing of an object that changed in what the mesh does not read', async () => {
    const { server, source, counter, names } = await started();
    const node = (time: string) => ({
      apiVersion: 'v1',
      kind: 'Node',
      metadata: { name: 'n' },
      status: { conditions: [{ lastHeartbeatTime: time }] },
    });
    server.put('/api/v1/nodes', node('1'));
    await source.start();
    await server.until(() => server.watching('/api/v1/nodes') === 1 && server.watching(services) === 1);
    const [before] = source.resources();
    server.put('/api/v1/nodes', node('2'));
    server.put(services, service('a', 80));
    await counter.until(() => names().includes('a'));
    expect(source.resources()[0]).toBe(before);
  });

  it('reads MeshConfig from the ConfigMap of the root namespace, and keeps its last good version', async () => {
    const { server, source, counter } = await started();
    const maps = '/api/v1/namespaces/istio-system/configmaps';
    const map = (mesh: string) => ({ metadata: { name: 'istio', namespace: 'istio-system' }, data: { mesh } });
    await source.start();
    expect(source.meshConfig()).toBeUndefined();
    server.put(maps, map('accessLogFile: /dev/stderr'));
    await counter.until(() => source.meshConfig()?.accessLogFile === '/dev/stderr');
    server.put(maps, map('accessLogFile: [3]'));
    await counter.until(() => source.files().some(({ state }) => state === 'rejected'));
    expect(source.meshConfig()?.accessLogFile).toBe('/dev/stderr');
    server.remove(maps, 'istio-system/istio');
    await counter.until(() => source.meshConfig() === undefined);
  });
});
