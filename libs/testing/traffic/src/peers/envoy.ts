/** A real Envoy, fed the same resources by the same xDS server over ADS. */

import { spawn } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import type { FakeControlPlane, TestResource } from '@weft/data-proxy/testing';
import { tailLog } from './log-tail.ts';
import type { Peer } from './peer.ts';
import { accepts } from './probe.ts';

/** Path of Envoy; nothing: it is not installed. */
export function findEnvoy(): string | undefined {
  return (process.env['PATH'] ?? '')
    .split(delimiter)
    .map((folder) => join(folder, 'envoy'))
    .find((path) => existsSync(path));
}

const socket = (port: number) => ({ socket_address: { address: '127.0.0.1', port_value: port } });

function bootstrap(xdsPort: number): object {
  const ads = { resource_api_version: 'V3', ads: {} };
  return {
    node: {
      id: 'sidecar~127.0.0.1~envoy.traffic~traffic.svc.cluster.local',
      cluster: 'envoy',
      metadata: { AUTO_REGISTER_GROUP: 'envoy' },
    },
    dynamic_resources: {
      lds_config: ads,
      cds_config: ads,
      ads_config: {
        api_type: 'GRPC',
        transport_api_version: 'V3',
        grpc_services: [{ envoy_grpc: { cluster_name: 'xds' } }],
      },
    },
    static_resources: {
      clusters: [
        {
          name: 'xds',
          type: 'STATIC',
          typed_extension_protocol_options: {
            'envoy.extensions.upstreams.http.v3.HttpProtocolOptions': {
              '@type': 'type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions',
              explicit_http_config: { http2_protocol_options: {} },
            },
          },
          load_assignment: {
            cluster_name: 'xds',
            endpoints: [{ lb_endpoints: [{ endpoint: { address: socket(xdsPort) } }] }],
          },
        },
      ],
    },
  };
}

const startTimeoutMs = 30_000;

/** @param folder for its files. @param accessLog that the resources name. */
export async function startEnvoy(
  envoy: string,
  folder: string,
  plane: FakeControlPlane,
  resources: readonly TestResource[],
  ports: readonly number[],
  accessLog: string,
): Promise<Peer> {
  plane.serve('envoy', resources);
  const nacks = plane.events.length;
  const file = join(folder, 'envoy.json');
  writeFileSync(file, JSON.stringify(bootstrap(plane.clearPort)));
  const log = join(folder, 'envoy.log');
  const baseId = String(20_000 + (process.pid % 10_000));
  const args = ['-c', file, '--concurrency', '1', '--base-id', baseId, '--log-level', 'warning', '--log-path', log];
  const child = spawn(envoy, [...args, '--file-flush-interval-msec', '10'], { stdio: 'ignore' });
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const until = performance.now() + startTimeoutMs;
  for (const port of ports) {
    while (!(await accepts(port))) {
      const nack = plane.events.slice(nacks).find((event) => event.startsWith('nack'));
      const ended =
        child.exitCode !== null ? `it ended with ${child.exitCode}: ${readFileSync(log, 'latin1')}` : undefined;
      if (nack === undefined && ended === undefined && performance.now() < until) continue;
      child.kill('SIGKILL');
      throw new Error(`Envoy does not run the table: ${nack ?? ended ?? `port ${port} does not open`}`);
    }
  }
  return {
    name: 'envoy',
    portOf: (index) => ports[index] ?? 0,
    logLine: tailLog(accessLog).line,
    async stop() {
      child.kill('SIGTERM');
      await gone;
    },
  };
}
