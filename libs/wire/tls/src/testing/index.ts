/** For tests only: certificates of a throw-away authority. */
export type { TestCa } from './test-ca.ts';
export { createTestCa } from './test-ca.ts';
