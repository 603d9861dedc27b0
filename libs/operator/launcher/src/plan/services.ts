/** The shop's processes, with a mesh and without. */

import { join } from 'node:path';
import type { Layout } from './layout.ts';
import { blockAt, type MeshPorts, type PortBlock } from './ports.ts';
import { type ProcessSpec, processDefaults } from './process-spec.ts';
import { type ShopService, shopServices, shopTargets } from './shop.ts';

export interface ServicePlanOptions {
  /** Folder that holds `apps/`. */
  readonly root: string;
  readonly layout: Layout;
  readonly ports: MeshPorts;
  readonly mesh: boolean;
  readonly logLevel: string;
  /** File with the password of a database's role. */
  passwordFileOf(database: string): string;
  /** Environment that every process gets. */
  readonly baseEnv: Readonly<Record<string, string>>;
}

/** So that tunnelled gRPC, balanced per connection, meets new endpoints soon. */
const grpcConnectionAgeMs = 2_000;

/** Where a proxy is named in the environment, these are still called directly. */
export const noProxy = '127.0.0.1,localhost';

/** Environment that sends a process's HTTP and gRPC calls through the sidecar at `port`. */
export function proxyEnv(port: number): Record<string, string> {
  const url = `http://127.0.0.1:${port}`;
  return { http_proxy: url, HTTP_PROXY: url, grpc_proxy: url, no_proxy: noProxy, NO_PROXY: noProxy };
}

export function planServices(options: ServicePlanOptions): readonly ProcessSpec[] {
  return shopServices.map((service, index) => planService(options, service, blockAt(options.ports.base, index)));
}

function planService(options: ServicePlanOptions, service: ShopService, block: PortBlock): ProcessSpec {
  const { layout, mesh } = options;
  const grpcEnv: Record<string, string> = service.grpc ? { GRPC_PORT: String(block.grpc) } : {};
  if (service.grpc && mesh) grpcEnv['GRPC_MAX_CONNECTION_AGE_MS'] = String(grpcConnectionAgeMs);
  return {
    ...processDefaults,
    name: service.workload,
    command: process.execPath,
    args: [join(options.root, 'apps', service.app, 'dist', 'main.js')],
    env: {
      ...options.baseEnv,
      ...shopTargets,
      SERVICE_NAME: service.app,
      SERVICE_VERSION: service.version,
      HOST: '127.0.0.1',
      HTTP_PORT: String(block.http),
      ...grpcEnv,
      DATABASE_URL: `postgres://${service.app}@127.0.0.1:${options.ports.postgres}/${service.app}`,
      DATABASE_PASSWORD_FILE: options.passwordFileOf(service.app),
      LOG_LEVEL: options.logLevel,
      ...(mesh ? proxyEnv(block.outbound) : { DISCOVERY: `file:${layout.discovery}` }),
    },
    ports: service.grpc ? [block.http, block.grpc] : [block.http],
    ready: `http://127.0.0.1:${block.http}/health/ready`,
    after: ['postgres'],
    stopStage: service.stopStage,
  };
}
