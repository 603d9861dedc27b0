// Preloaded into the control plane: collects all that is unused when it is told to by SIGUSR2, and writes what is left to the file WEFT_BENCH_MEMORY.
import { renameSync, writeFileSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc');
process.on('SIGUSR2', () => {
  collect();
  collect();
  const { rss, heapTotal, heapUsed } = process.memoryUsage();
  // Live objects, and all that is resident beside V8's heap: what V8 keeps for later objects is nobody's.
  const file = process.env.WEFT_BENCH_MEMORY;
  writeFileSync(`${file}.tmp`, String((heapUsed + rss - heapTotal) / 1_048_576));
  renameSync(`${file}.tmp`, file);
});
