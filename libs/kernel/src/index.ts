/** What every layer stands on. */
export type { Cancel, Clock, Random } from './clock/clock.ts';
export { createSeededRandom, delay, randomHex, systemClock, systemRandom } from './clock/clock.ts';
export type { ManualClock } from './clock/manual-clock.ts';
export { createManualClock } from './clock/manual-clock.ts';
export type { ErrorCode, ErrorRow, Fault } from './errors/table.ts';
export { errorTable } from './errors/table.ts';
export { assertThat, WeftError } from './errors/weft-error.ts';
export { groupBy } from './group-by.ts';
export { formatHostPort } from './host-port.ts';
export type { Lifecycle, Part } from './lifecycle/lifecycle.ts';
export { createLifecycle, stopOnSignal } from './lifecycle/lifecycle.ts';
export { copyOctets, copyOfOctets } from './octets.ts';
export type { LineSink } from './output/line-sink.ts';
export { createLineSink } from './output/line-sink.ts';
export type { Provenance } from './provenance.ts';
export { describeProvenance } from './provenance.ts';
