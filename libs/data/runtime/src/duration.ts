/** Durations of xDS in milliseconds. */

import type { Duration } from '@bufbuild/protobuf/wkt';

/** @param absent what a field that is not set means. */
export function milliseconds(duration: Duration | undefined, absent: number): number {
  return duration === undefined ? absent : Number(duration.seconds) * 1_000 + duration.nanos / 1_000_000;
}
