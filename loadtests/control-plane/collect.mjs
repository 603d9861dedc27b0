// Preloaded into the control plane: collects all that is unused when it is told to by SIGUSR2, and writes what is left to the file WEFT_BENCH_MEMORY.
import { renameSync, writeFileSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc');
process.on('SIGUSR2', () => {
  collect();
  collect();
  const { rss, heapTotal, heapUsed, external } = process.memoryUsage();
  // Live objects, and all that is resident beside V8's heap: what V8 keeps for later objects is nobody's.
  const file = process.env.WEFT_BENCH_MEMORY;
  const megabytes = (bytes) => bytes / 1_048_576;
  const parts = { live: heapUsed + rss - heapTotal, heap: heapUsed, buffers: external };
  const text = JSON.stringify(parts, (_, value) => (typeof value === 'number' ? megabytes(value) : value));
  writeFileSync(`${file}.tmp`, text);
  renameSync(`${file}.tmp`, file);
});
