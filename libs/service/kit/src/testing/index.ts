/** What tests of services stand on. */
export type { ConnectProxy } from './connect-proxy.ts';
export { startConnectProxy } from './connect-proxy.ts';
export type { TraceReceiver } from './trace-receiver.ts';
export { startTraceReceiver } from './trace-receiver.ts';
