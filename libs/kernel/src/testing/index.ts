/** What tests of every layer stand on. */
export { freePort, freePorts } from './free-ports.ts';
