/** The channels to one callee: one to its name, or one to each instance that discovery knows. */

import * as grpc from '@grpc/grpc-js';
import type { Discovery, Instance } from '@weft/service-discovery';

/** Where a callee is. */
export type AddressBook =
  /** A name for DNS, or for the proxy that `grpc_proxy` names (grpc-js reads that variable itself). */
  { readonly target: string } | { readonly discovery: Discovery; readonly service: string; readonly portName: string };

export interface Channels {
  /** In turn over the instances, those that cannot be reached last; nothing when there is none. */
  pick(): grpc.Client | undefined;
  /** A call on this client got no answer in time: a connection that is still being made then will never be. */
  suspect(client: grpc.Client): void;
  stop(): void;
}

const channelOptions: grpc.ChannelOptions = {
  // With the pool that channels share, a new channel would get the old one's connection.
  'grpc.use_local_subchannel_pool': 1,
  'grpc.initial_reconnect_backoff_ms': 100,
  'grpc.min_reconnect_backoff_ms': 100,
  'grpc.max_reconnect_backoff_ms': 1000,
  // A tunnel whose far end died silently is found out by pings, while calls wait on it.
  'grpc.keepalive_time_ms': 5000,
  'grpc.keepalive_timeout_ms': 3000,
};

export function createChannels(book: AddressBook): Channels {
  if ('target' in book) {
    let current = open(book.target, {});
    return {
      pick: () => current,
      // grpc-js waits for a proxy's answer to CONNECT without a bound: only another channel asks again.
      suspect(client) {
        if (client !== current || !isConnecting(client)) return;
        current = open(book.target, {});
        client.close();
      },
      stop: () => current.close(),
    };
  }
  const clients = new Map<string, grpc.Client>();
  let turn = 0;
  const refresh = (instances: readonly Instance[]): void => {
    const addresses = new Set(instances.map(({ host, ports }) => `${host}:${ports[book.portName] ?? 0}`));
    for (const [address, client] of clients) {
      if (addresses.has(address)) continue;
      clients.delete(address);
      client.close();
    }
    for (const address of addresses) {
      if (!clients.has(address)) clients.set(address, open(address, { 'grpc.enable_http_proxy': 0 }));
    }
  };
  const endWatch = book.discovery.watch(book.service, refresh);
  return {
    pick() {
      const all = [...clients.values()];
      const reachable = all.filter((client) => !isBroken(client));
      const from = reachable.length === 0 ? all : reachable;
      return from.length === 0 ? undefined : from[turn++ % from.length];
    },
    suspect: () => {},
    stop() {
      endWatch();
      for (const client of clients.values()) client.close();
      clients.clear();
    },
  };
}

/** An instance that died stays registered until its lease ends; its channel knows earlier. */
function isBroken(client: grpc.Client): boolean {
  return client.getChannel().getConnectivityState(false) === grpc.connectivityState.TRANSIENT_FAILURE;
}

function isConnecting(client: grpc.Client): boolean {
  return client.getChannel().getConnectivityState(false) === grpc.connectivityState.CONNECTING;
}

function open(target: string, options: grpc.ChannelOptions): grpc.Client {
  return new grpc.Client(target, grpc.credentials.createInsecure(), { ...channelOptions, ...options });
}
