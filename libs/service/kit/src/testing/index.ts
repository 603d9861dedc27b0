/** What tests of services stand on. */
export type { ConnectProxy } from './connect-proxy.ts';
export { startConnectProxy } from './connect-proxy.ts';
export type { TestPostgres } from './postgres.ts';
export { freePort, startPostgres } from './postgres.ts';
export type { TraceReceiver } from './trace-receiver.ts';
export { startTraceReceiver } from './trace-receiver.ts';
