/** The services of the shop as the launcher knows them: names, databases, who calls whom. */

export interface ShopService {
  /** Name of the process and of its WorkloadGroup. */
  readonly workload: string;
  /** App under `apps/`, SERVICE_NAME, and the database with its role. */
  readonly app: 'user' | 'order' | 'inventory' | 'payment';
  readonly version: string;
  readonly grpc: boolean;
  readonly stopStage: 'callers' | 'callees';
}

export const shopNamespace = 'shop';

/** In the order of their port blocks. */
export const shopServices: readonly ShopService[] = [
  { workload: 'user', app: 'user', version: 'v1', grpc: false, stopStage: 'callers' },
  { workload: 'order', app: 'order', version: 'v1', grpc: false, stopStage: 'callers' },
  { workload: 'inventory', app: 'inventory', version: 'v1', grpc: true, stopStage: 'callees' },
  { workload: 'payment-v1', app: 'payment', version: 'v1', grpc: true, stopStage: 'callees' },
  { workload: 'payment-v2', app: 'payment', version: 'v2', grpc: true, stopStage: 'callees' },
];

/** One database and one role of this name each. */
export const shopDatabases = ['user', 'order', 'inventory', 'payment'] as const;

/** What the services call one another by, with a mesh or without. */
export const shopTargets = {
  USER_URL: 'http://user.shop.svc.cluster.local:8080',
  INVENTORY_TARGET: 'inventory.shop.svc.cluster.local:9090',
  PAYMENT_TARGET: 'payment.shop.svc.cluster.local:9090',
} as const;

/** Apps that a mesh on this machine runs, by folder under `apps/`. */
export const meshApps = ['control-plane', 'sidecar', 'user', 'order', 'inventory', 'payment'] as const;
