/** Upstream connections: dialling, pools, and wires joined to tunnels. */
export { acceptWire } from './accept-wire.ts';
export type { Waiter } from './cluster-pool.ts';
export { ClusterPool } from './cluster-pool.ts';
export type { DialedPeer, Dialer, DialerOptions, DialTarget } from './dial.ts';
export { createDialer } from './dial.ts';
export type { PoolStats, UpstreamPools } from './pools.ts';
export { createUpstreamPools, sweepPeriodMs } from './pools.ts';
export type { Splice, SpliceEnd, SpliceOptions, SpliceResult } from './splice.ts';
export { splice } from './splice.ts';
export type { Swept } from './sweeper.ts';
export { Sweeper, sweepBeatMs } from './sweeper.ts';
export type { ConnectionOwner, UpstreamClient } from './upstream-connection.ts';
export { UpstreamConnection } from './upstream-connection.ts';
export type { WireSink } from './wire.ts';
export { deafSink, readInto, Wire } from './wire.ts';
