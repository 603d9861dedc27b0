/** What the parts know of the process that they are in, and tell each other. */

import { create } from '@bufbuild/protobuf';
import { AnySchema } from '@bufbuild/protobuf/wkt';
import type { Exchange, HttpHandlerTable } from '@weft/data-runtime';
import { createManualClock, createSeededRandom } from '@weft/kernel';
import { createLogger } from '@weft/telemetry';
import { ClusterSchema } from '@weft/xds-messages/envoy/config/cluster/v3/cluster';
import { ListenerSchema } from '@weft/xds-messages/envoy/config/listener/v3/listener';
import { afterEach, expect, it, vi } from 'vitest';
import type { ProxyOptions } from './proxy-options.ts';
import { resource, type TestResource } from './testing/mesh-resources.ts';
import { createWorkParts, type WorkParts } from './work-parts.ts';

const any = { host: '127.0.0.1', port: 0 };
const options: ProxyOptions = {
  mode: 'sidecar',
  workloadGroup: { namespace: 'shop', name: 'order' },
  xds: any,
  xdsServerName: undefined,
  ...{ tokenDir: 't', stateDir: 's', address: '127.0.0.1', gatewayBind: '127.0.0.1' },
  inbound: [],
  outbound: any,
  ...{ admin: any, readiness: any, prometheus: any },
  accessLog: undefined,
  drainSeconds: 0,
  version: '0.0.0',
  environment: (name) => (name === 'POD' ? 'order-1' : undefined),
  clock: createManualClock(),
  random: createSeededRandom(1),
  log: createLogger({ name: 'test', level: 'silent' }),
  onQuit() {},
};

const types = 'type.googleapis.com/envoy.extensions';
const variable = '%ENVIRONMENT(POD)% %ENVIRONMENT(NONE)%';
const listener = resource(ListenerSchema, 'out', {
  name: 'out',
  address: { socket_address: { address: '127.0.0.1', port_value: 1 } },
  filter_chains: [
    {
      filters: [
        {
          name: 'hcm',
          typed_config: {
            '@type': `${types}.filters.network.http_connection_manager.v3.HttpConnectionManager`,
            stat_prefix: 'out',
            http_filters: [{ name: 'router', typed_config: { '@type': `${types}.filters.http.router.v3.Router` } }],
            route_config: {
              virtual_hosts: [
                {
                  name: 'all',
                  domains: ['*'],
                  rate_limits: [{ actions: [{ source_cluster: {} }] }],
                  routes: [{ match: { prefix: '/' }, route: { cluster: 'c' } }],
                },
              ],
            },
            tracing: { custom_tags: [{ tag: 'pod', environment: { name: 'POD', default_value: 'none' } }] },
            access_log: [
              {
                name: 'log',
                typed_config: {
                  '@type': `${types}.access_loggers.file.v3.FileAccessLog`,
                  path: '/dev/stdout',
                  log_format: { text_format_source: { inline_string: variable } },
                },
              },
            ],
          },
        },
      ],
    },
  ],
});

/** @param ports of its endpoints. */
const cluster = (ports: readonly number[]): TestResource =>
  resource(ClusterSchema, 'c', {
    name: 'c',
    load_assignment: {
      cluster_name: 'c',
      endpoints: ports.map((port_value) => ({
        lb_endpoints: [{ endpoint: { address: { socket_address: { address: '127.0.0.1', port_value } } } }],
      })),
    },
  });

let parts: WorkParts | undefined;
afterEach(() => {
  parts?.runtime.stop();
  parts?.upstream.pools.close();
});

function makeParts(): WorkParts {
  parts = createWorkParts(options, { material: () => undefined, ownUri: () => undefined }, false);
  return parts;
}

function apply({ runtime }: WorkParts, { typeUrl, name, bytes }: TestResource): void {
  const body = create(AnySchema, { typeUrl, value: bytes });
  expect(runtime.apply({ typeUrl, changed: [{ name, version: '1', body }], removed: [] })).toBeUndefined();
}

it('have its environment for logs and traces, and its name for rate limits', () => {
  const made = makeParts();
  apply(made, listener);

  const table = made.runtime.tables.listeners.get('out')?.chains[0]?.handler as HttpHandlerTable;
  const exchange = { authority: 'a', path: '/', request: { header: () => undefined } } as unknown as Exchange;
  expect(table.accessLogs[0]?.line(exchange)).toBe('order-1 -');
  expect(table.tracing?.customTags[0]?.value(exchange)).toBe('order-1');
  const asked = { method: 'GET', authority: 'a', path: '/', query: '', scheme: 'http', header: () => undefined };
  const action = table.routes.current?.match(asked, exchange, options.random)?.action;
  const rules = action?.kind === 'forward' ? action.rateLimits : [];
  expect(rules[0]?.descriptor(exchange)).toEqual(['source_cluster', 'order.shop']);
});

it('end connections to endpoints that are gone', () => {
  const made = makeParts();
  const forget = vi.spyOn(made.upstream.pools, 'forget');
  apply(made, cluster([1, 2]));
  expect(forget).not.toHaveBeenCalled();
  apply(made, cluster([2]));
  expect(forget.mock.calls.map(([{ hostPort }]) => hostPort)).toEqual(['127.0.0.1:1']);
});
