/** Connections to endpoints: dialling, pools of HTTP/1 and HTTP/2, and wires joined to tunnels. */
export { acceptWire } from './accept-wire.ts';
export type { PoolParts } from './cluster-pool.ts';
export type { DialedPeer, Dialer, DialerOptions, DialFailed, DialOptions, DialTarget } from './dial.ts';
export { createDialer } from './dial.ts';
export type { Flushable } from './flush-queue.ts';
export { FlushQueue } from './flush-queue.ts';
export { weftAlpn } from './lane-kind.ts';
export { upstreamLimits } from './limits.ts';
export { createUpstreamPools, sweepPeriodMs } from './pools.ts';
export { readInto, SocketWire } from './socket-wire.ts';
export type { Splice, SpliceEnd, SpliceOptions, SpliceResult } from './splice.ts';
export { splice } from './splice.ts';
export type { Swept } from './sweeper.ts';
export { Sweeper, sweepBeatMs } from './sweeper.ts';
export type {
  AcquireOptions,
  OutgoingHead,
  ResetReason,
  UpstreamClient,
  UpstreamPools,
  UpstreamStream,
  Waiter,
} from './upstream-stream.ts';
export type { Wire, WireSink } from './wire.ts';
export { deafSink } from './wire.ts';
