import { fromBinary } from '@bufbuild/protobuf';
import { createSeededRandom, type Random } from '@weft/kernel';
import { RouteConfigurationSchema } from '@weft/xds-messages/envoy/config/route/v3/route';
import { describe, expect, it } from 'vitest';
import { createCompiler } from './compile.ts';
import { type Snapshot, typeUrls } from './snapshot.ts';
import { createTestMesh, describeGrpcClient, describeProxy } from './testing/mesh.ts';

const seeds = Array.from({ length: 40 }, (_, index) => index + 1);
const hosts = [
  'a',
  'b',
  'a.shop',
  'b.other.svc.cluster.local',
  'x.example.com',
  '*.example.com',
  'nowhere',
  '*.local',
  '*',
];
const plainHosts = hosts.filter((host) => !host.startsWith('*'));

const pick = <T>(random: Random, values: readonly T[]): T => {
  const value = values[Math.floor(random() * values.length)];
  if (value === undefined) throw new Error('nothing to pick from');
  return value;
};

const json = (value: unknown): string => JSON.stringify(value);

const meta = (random: Random, name: string): string =>
  json({
    name,
    namespace: pick(random, ['shop', 'other', 'istio-system']),
    creationTimestamp: `2026-01-0${1 + Math.floor(random() * 9)}T00:00:00Z`,
  });

const destination = (random: Random) => ({
  host: pick(random, plainHosts),
  ...(random() < 0.3 ? { subset: pick(random, ['v1', 'v2']) } : {}),
  ...(random() < 0.3 ? { port: { number: pick(random, [80, 9090, 1]) } } : {}),
});

const httpRule = (random: Random) => ({
  ...(random() < 0.6 ? { match: [{ uri: { prefix: pick(random, ['/', '/a', '/b']) } }] } : {}),
  ...(random() < 0.2
    ? { directResponse: { status: 418 } }
    : random() < 0.5
      ? { route: [{ destination: destination(random) }] }
      : {
          route: [
            { destination: destination(random), weight: 60 },
            { destination: destination(random), weight: 40 },
          ],
        }),
});

const several = <T>(random: Random, most: number, make: (index: number) => T): T[] =>
  Array.from({ length: Math.floor(random() * (most + 1)) }, (_, index) => make(index));

const document = (apiVersion: string, kind: string, metadata: string, spec: unknown): string =>
  `apiVersion: ${apiVersion}\nkind: ${kind}\nmetadata: ${metadata}\nspec: ${json(spec)}\n`;

const istio = 'networking.istio.io/v1';

/** Any mix of resources that validates, most of them naming one another, many of them in vain. */
const randomMesh = (random: Random): string =>
  [
    ...['a', 'b'].map((name) =>
      document('v1', 'Service', json({ name, namespace: pick(random, ['shop', 'other']) }), {
        selector: { app: name },
        ports: [
          { name: pick(random, ['http', 'tcp', 'grpc']), port: 80 },
          { name: pick(random, ['http-x', 'grpc-x', 'web']), port: 9090 },
        ].slice(0, random() < 0.5 ? 1 : 2),
      }),
    ),
    ...several(random, 2, (index) =>
      document(istio, 'ServiceEntry', meta(random, `entry-${index}`), {
        hosts: [pick(random, ['x.example.com', '*.example.com', 'a.shop'])],
        location: 'MESH_EXTERNAL',
        ...(random() < 0.5 ? { resolution: 'NONE' } : { resolution: 'STATIC', endpoints: [{ address: '10.0.0.1' }] }),
        ports: [{ number: 80, name: 'http', protocol: 'HTTP' }],
      }),
    ),
    ...several(random, 4, (index) =>
      document(istio, 'VirtualService', meta(random, `rule-${index}`), {
        hosts: [
          pick(
            random,
            hosts.filter((host) => host !== '*'),
          ),
        ],
        gateways: pick(random, [['mesh'], ['shop/edge'], ['mesh', 'shop/edge']]),
        http: [httpRule(random), ...several(random, 2, () => httpRule(random))],
      }),
    ),
    ...several(random, 3, (index) =>
      document(istio, 'DestinationRule', meta(random, `policy-${index}`), {
        host: pick(random, hosts),
        subsets: [{ name: 'v1', labels: { version: 'v1' } }],
      }),
    ),
    document(istio, 'Gateway', json({ name: 'edge', namespace: 'shop' }), {
      selector: { istio: 'ingressgateway' },
      servers: several(random, 3, (index) => ({
        port: { number: pick(random, [8080, 9080]), name: `http-${index}`, protocol: 'HTTP' },
        hosts: [pick(random, ['*', './*', 'shop/*.example.com', 'x.example.com', 'other/*'])],
      })).concat({ port: { number: 80, name: 'http', protocol: 'HTTP' }, hosts: ['*'] }),
    }),
  ].join('---\n');

const domainsOf = (snapshot: Snapshot): string[][] =>
  [...(snapshot.resources.get(typeUrls.route)?.values() ?? [])].map((resource) =>
    fromBinary(RouteConfigurationSchema, resource.bytes).virtualHosts.flatMap((host) => host.domains),
  );

describe('a random mesh', () => {
  it.each(seeds)('compiles into resources that fit together, with no domain twice (seed %i)', (seed) => {
    const mesh = createTestMesh({ 'random.yaml': randomMesh(createSeededRandom(seed)) });
    const proxies = [
      describeProxy('shop', 'client', { app: 'client' }, 21_000),
      describeProxy('istio-system', 'edge', { istio: 'ingressgateway' }, 22_000),
      describeGrpcClient('other'),
    ];
    const compiler = createCompiler();
    for (const proxy of proxies) {
      for (const domains of domainsOf(compiler.compile(mesh.input(), proxy))) {
        expect(new Set(domains).size).toBe(domains.length);
      }
    }
  });
});
