// What lives in a process: preloaded into the sidecars that are soaked, it collects all a few times within each minute's first second and tells what is left.
import { appendFileSync, readFileSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

const prefixVariable = 'WEFT_SOAK_COLLECTIONS';
const everyMs = 60_000;
/** The lowest of some counts: an update of the configuration under way holds some MB. Each looks at what is resident when the next one begins: V8 gives pages back on a thread of its own. */
const looks = 4;
const lookMs = 300;
const mebibyte = 1_048_576;

/** @param prefix of the files that the processes write to. @returns the environment in which Node preloads this file. */
export const environmentOf = (prefix) => ({ NODE_OPTIONS: `--import=${import.meta.url}`, [prefixVariable]: prefix });

/** @returns {{atMs, liveMb, outsideMb}[]} of a process, in order: objects and their buffers; resident memory that is not V8's heap, and no page of a file. */
export function readCollections(prefix, pid) {
  const text = readFileSync(`${prefix}-${pid}`, 'utf8').trim();
  return text === '' ? [] : text.split('\n').map((line) => JSON.parse(line));
}

/** Pages of Node's program file, which the sidecar gives back after its start, come back for an hour as they are used: no growth of ours. */
const anonymousBytes = () => Number(/^RssAnon:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'))[1]) * 1024;

const prefix = process.env[prefixVariable];
if (prefix !== undefined) {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc');
  const file = `${prefix}-${process.pid}`;
  appendFileSync(file, '');
  let left = 0;
  let lowest = { liveMb: Infinity, outsideMb: Infinity };
  const look = () => {
    const { heapTotal } = process.memoryUsage();
    if (left < looks) lowest.outsideMb = Math.min(lowest.outsideMb, (anonymousBytes() - heapTotal) / mebibyte);
    if (left === 0) {
      appendFileSync(file, `${JSON.stringify({ atMs: Date.now(), ...lowest })}\n`);
      return;
    }
    left -= 1;
    collect();
    const { heapUsed, external } = process.memoryUsage();
    lowest.liveMb = Math.min(lowest.liveMb, (heapUsed + external) / mebibyte);
    setTimeout(look, lookMs).unref();
  };
  const begin = () => {
    left = looks;
    lowest = { liveMb: Infinity, outsideMb: Infinity };
    look();
  };
  setInterval(begin, everyMs).unref();
}
