/** The processes of the mesh itself: control plane, gateway, one sidecar a service. */

import { join } from 'node:path';
import type { Layout } from './layout.ts';
import { blockAt, type MeshPorts, type PortBlock } from './ports.ts';
import { type ProcessSpec, processDefaults } from './process-spec.ts';
import { type ShopService, shopNamespace, shopServices } from './shop.ts';
import { envoyProgram, type SidecarChoice } from './sidecar-choice.ts';
import { sidecarNodeFlags } from './sidecar-flags.ts';

export interface MeshPlanOptions {
  readonly root: string;
  readonly layout: Layout;
  readonly ports: MeshPorts;
  /** Folder with the rules. */
  readonly configDir: string;
  readonly logLevel: string;
  readonly baseEnv: Readonly<Record<string, string>>;
  /** Which program is the proxy, by name of the workload, "gateway" for the gateway; Weft's own where absent. */
  readonly sidecarOf?: SidecarChoice;
}

const drainSeconds = 2;
const gatewayNamespace = 'istio-system';
const gatewayGroup = 'ingressgateway';

export function planControlPlane(options: MeshPlanOptions): ProcessSpec {
  const { layout, ports } = options;
  return {
    ...processDefaults,
    name: 'control-plane',
    command: process.execPath,
    args: [
      join(options.root, 'apps', 'control-plane', 'dist', 'main.js'),
      ...['--config-dir', options.configDir],
      ...['--state-dir', layout.controlPlane],
      ...['--token-dir', layout.tokens],
      ...['--xds', loopback(ports.xds)],
      ...['--monitoring', loopback(ports.monitoring)],
      ...['--api', loopback(ports.api)],
      ...['--log-level', options.logLevel],
    ],
    env: options.baseEnv,
    ports: [ports.xds, ports.monitoring, ports.api],
    ready: `http://${loopback(ports.monitoring)}/ready`,
    stopStage: 'control-plane',
  };
}

export function planGateway(options: MeshPlanOptions): ProcessSpec {
  const { ports } = options;
  return planProxy(options, {
    name: 'gateway',
    stateName: 'gateway',
    namespace: gatewayNamespace,
    group: gatewayGroup,
    mode: ['--mode', 'gateway', '--gateway-bind', '127.0.0.1'],
    admin: ports.gatewayAdmin,
    readiness: ports.gatewayReadiness,
    prometheus: ports.gatewayPrometheus,
    ports: [ports.gateway],
    stopStage: 'gateway',
  });
}

export function planSidecars(options: MeshPlanOptions): readonly ProcessSpec[] {
  return shopServices.map((service, index) => {
    const block = blockAt(options.ports.base, index);
    return planSidecar(options, service.workload, shopNamespace, service.workload, block, ingressOf(service, block));
  });
}

/**
 * The sidecar of any local process.
 */
export function planSidecar(
  options: MeshPlanOptions,
  workload: string,
  namespace: string,
  group: string,
  block: PortBlock,
  ingress: readonly Ingress[],
): ProcessSpec {
  return planProxy(options, {
    name: `${workload}-sidecar`,
    stateName: workload,
    namespace,
    group,
    mode: [
      ...['--mode', 'sidecar', '--outbound', loopback(block.outbound)],
      ...ingress.flatMap((port) => ['--inbound', `${port.name}=${loopback(port.inbound)},${loopback(port.app)}`]),
    ],
    admin: block.admin,
    readiness: block.readiness,
    prometheus: block.prometheus,
    ports: [block.outbound, ...ingress.map((port) => port.inbound)],
    stopStage: 'sidecars',
  });
}

/** One port of a workload: where peers come in, where the application listens. */
export interface Ingress {
  readonly name: string;
  readonly inbound: number;
  readonly app: number;
}

function ingressOf(service: ShopService, block: PortBlock): readonly Ingress[] {
  const http: Ingress = { name: 'http', inbound: block.inboundHttp, app: block.http };
  return service.grpc ? [http, { name: 'grpc', inbound: block.inboundGrpc, app: block.grpc }] : [http];
}

interface ProxyPlan {
  readonly name: string;
  /** Its folder under `sidecars/`. */
  readonly stateName: string;
  readonly namespace: string;
  readonly group: string;
  readonly mode: readonly string[];
  readonly admin: number;
  readonly readiness: number;
  readonly prometheus: number;
  readonly ports: readonly number[];
  readonly stopStage: 'gateway' | 'sidecars';
}

function planProxy(options: MeshPlanOptions, proxy: ProxyPlan): ProcessSpec {
  const { layout, ports } = options;
  const tokenDir = layout.tokenDirOf(proxy.namespace, proxy.group);
  return {
    ...processDefaults,
    name: proxy.name,
    command: process.execPath,
    args: [
      ...sidecarNodeFlags,
      join(options.root, 'apps', 'sidecar', 'dist', 'main.js'),
      ...proxy.mode,
      ...['--workload-group', `${proxy.namespace}/${proxy.group}`],
      ...['--xds', loopback(ports.xds)],
      ...['--token-dir', tokenDir],
      ...['--address', '127.0.0.1'],
      ...['--admin', loopback(proxy.admin)],
      ...['--readiness', loopback(proxy.readiness)],
      ...['--prometheus', loopback(proxy.prometheus)],
      ...['--state-dir', join(layout.sidecars, proxy.stateName)],
      ...['--access-log', layout.accessLogOf(proxy.name)],
      ...['--drain-seconds', String(drainSeconds)],
      ...['--log-level', options.logLevel],
      ...(options.sidecarOf?.(proxy.stateName) === 'envoy' ? ['--envoy', envoyProgram] : []),
    ],
    env: options.baseEnv,
    ports: [...proxy.ports, proxy.admin, proxy.readiness, proxy.prometheus],
    ready: `http://${loopback(proxy.readiness)}/healthz/ready`,
    needsFiles: [join(tokenDir, 'token'), join(tokenDir, 'root-cert.pem')],
    stopStage: proxy.stopStage,
  };
}

function loopback(port: number): string {
  return `127.0.0.1:${port}`;
}
