/** xDS resources compiled into the tables that requests run on. */
export type { Balancer, BalancingPolicy, CreateBalancer } from './balancer.ts';
export type { ResolveDns } from './clusters/dns-refresh.ts';
export type { HealthProbe } from './clusters/health-check.ts';
export { clusterLimits, dnsAddressesMax } from './limits.ts';
export { unknownWorkload } from './metadata.ts';
export type { Runtime, RuntimeChange, RuntimeOptions, Tables, Wanted } from './runtime.ts';
export { createRuntime } from './runtime.ts';
export type {
  Cluster,
  ClusterLimits,
  DirectAction,
  Direction,
  DownstreamTls,
  Endpoint,
  ForwardAction,
  HeaderMutation,
  HttpHandlerTable,
  ListenerTable,
  RedirectAction,
  Ref,
  RequestMetrics,
  Route,
  RouteRequest,
  RouteTable,
  RouteTarget,
  TcpHandlerTable,
  UpstreamTls,
  WorkloadLabels,
} from './tables.ts';
export { ownSecretName, rootsSecretName } from './tls/transport-socket.ts';
