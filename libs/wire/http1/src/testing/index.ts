/** The hostile messages, for tests of whoever serves HTTP/1.1. */
export { hostileChunks, hostileFraming } from './hostile-bodies.ts';
export type { Hostile } from './hostile-heads.ts';
export { hostileFields, hostileHosts, hostileLines } from './hostile-heads.ts';
