/** What tests of every layer stand on. */
export type { ProgramSource } from './bundle-program.ts';
export { bundleProgram } from './bundle-program.ts';
export { freePort, freePorts } from './free-ports.ts';
export { patience } from './patience.ts';
