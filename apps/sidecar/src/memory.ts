/** How much memory V8 takes before it collects: imported for its effect, before all else. */

import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8';

/** Both halves of the young generation; V8 grows it to 32 MiB while the sidecar starts, and never gives it back. */
const youngBytesMax = 4 * 1_048_576;
/** Tries, each of 128 KiB, to make it grow that far: V8 offers no other way after its own start. */
const triesMax = 64;

function youngBytes(): number {
  return getHeapSpaceStatistics().find(({ space_name }) => space_name === 'new_space')?.space_size ?? youngBytesMax;
}

const kept: unknown[] = [];
for (let tried = 0; tried < triesMax && youngBytes() < youngBytesMax; tried += 1) {
  for (let i = 0; i < 16; i += 1) kept.push(new Array(1_024).fill(tried));
}
kept.length = 0;
// A request's few objects die long before 2 MiB are full: CPU per request is no higher, that could be measured, than with the 16 that were.
setFlagsFromString('--semi-space-growth-factor=1');

/** Per cent that the old generation, and the buffers that hang on it, may grow by between two collections; V8's own choice is more. */
const oldGrowthPercent = 50;
// What lives is under 20 MB: a collection costs some milliseconds. What requests leave behind would stay: 30 MB more of two hops.
setFlagsFromString(`--heap-growing-percent=${oldGrowthPercent}`);
