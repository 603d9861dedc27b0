/** For simulations: the HTTP handler, the two paths and hand-made tables, without sockets. */
export { inboundPath } from '../../inbound.ts';
export { outboundPath } from '../../outbound.ts';
export { createCallouts } from '../callouts.ts';
export type { HttpHandler } from '../handler.ts';
export { createHttpHandler } from '../handler.ts';
export {
  breaker,
  http1,
  http2,
  limits,
  makeCluster,
  makeEndpoint,
  makeForward,
  makeRetry,
  makeRoute,
  makeTable,
  makeTarget,
  workload,
} from './tables.ts';
