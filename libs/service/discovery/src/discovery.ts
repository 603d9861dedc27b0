/** Where the instances of a service are, when no mesh knows it. */

/** One running process of a service. */
export interface Instance {
  /** Unique within the service. */
  readonly id: string;
  /** First label of its name: "inventory". */
  readonly service: string;
  readonly version: string;
  /** IP address or name that others reach it at. */
  readonly host: string;
  /** Port numbers by port name: "http", "grpc". */
  readonly ports: Readonly<Record<string, number>>;
}

/** What a registered process holds; without its heartbeats the registration dies after the lease. */
export interface Registration {
  /** Unhealthy instances stay registered and are not discovered. */
  setHealthy(healthy: boolean): Promise<void>;
  /** Deregister. A second call does nothing. */
  deregister(): Promise<void>;
}

export interface Discovery {
  /** Healthy from the start; a second registration of the same service and id replaces the first. @throws DiscoveryError */
  register(instance: Instance): Promise<Registration>;
  /** Healthy instances, sorted by id, at most `instancesMax`. */
  discover(service: string): Promise<readonly Instance[]>;
  /**
   * Tells the healthy instances at once and after each change, never the same list twice in a row.
   * @returns ends the watch
   */
  watch(service: string, onChange: (instances: readonly Instance[]) => void): () => void;
  /** Ends heartbeats and watches without deregistering. */
  stop(): Promise<void>;
}

/** Instances of one service that are looked at; further ones are left out. */
export const instancesMax = 64;

const namePattern = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;

/** `invalid_name`: a service name or instance id is no DNS label. `storage_failed`: the register cannot be read or written. */
export type DiscoveryCode = 'invalid_name' | 'storage_failed';

export class DiscoveryError extends Error {
  readonly code: DiscoveryCode;

  constructor(code: DiscoveryCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'DiscoveryError';
    this.code = code;
  }
}

/** Names become file names, so that only DNS labels pass. @throws DiscoveryError `invalid_name` */
export function checkName(name: string): void {
  if (!namePattern.test(name)) throw new DiscoveryError('invalid_name', `"${name}" is no DNS label`);
}

/** Calls `tell` only when the list differs from the last one. */
export function onlyChanges(tell: (instances: readonly Instance[]) => void): (instances: readonly Instance[]) => void {
  let last: string | undefined;
  return (instances) => {
    const text = JSON.stringify(instances);
    if (text === last) return;
    last = text;
    tell(instances);
  };
}
