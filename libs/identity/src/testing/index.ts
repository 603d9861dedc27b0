/** For tests only: a CA that signs anything. */
export type { FakeCa, FakeMaterial } from './fake-ca.ts';
export { createFakeCa } from './fake-ca.ts';
