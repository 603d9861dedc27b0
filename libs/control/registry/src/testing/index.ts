/** For tests of what asks the registry. */
export { testProxy } from './test-proxy.ts';
