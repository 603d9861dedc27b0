/** For tests only: what the tables hold, made by hand. */
export type { Changeable } from './endpoint.ts';
export { testEndpoint } from './endpoint.ts';
