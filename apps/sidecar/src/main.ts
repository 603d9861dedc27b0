/** The sidecar and gateway process. Exit 2: a wrong command line. Exit 1: it cannot run as told; the last line says why. */

import './memory.ts';
import { createPredecessor, createProxy, ListenError, processChannel } from '@weft/data-proxy';
import { stopOnSignal, systemClock, systemRandom, WeftError } from '@weft/kernel';
import { createLogger } from '@weft/telemetry';
import manifest from '../package.json' with { type: 'json' };
import { type Config, parseConfig, UsageError } from './config.ts';
import { successorArgs, upgradeOnSignal } from './upgrade.ts';

function readConfig(): Config {
  try {
    return parseConfig(process.argv.slice(2));
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    process.stderr.write(`sidecar: ${error.message}\n`);
    process.exit(2);
  }
}

const { logLevel, generation, ...config } = readConfig();
const log = createLogger({ name: 'sidecar', level: logLevel });
const proxy = createProxy({
  ...config,
  version: manifest.version,
  clock: systemClock,
  random: systemRandom,
  log,
  onQuit: () => process.exit(0),
  ...(generation === 0 ? {} : { predecessor: createPredecessor(processChannel(process)) }),
  successor: {
    program: process.execPath,
    args: [...process.execArgv, ...process.argv.slice(1, 2), ...successorArgs(process.argv.slice(2), generation)],
  },
});
upgradeOnSignal(proxy, generation, log);
stopOnSignal(() => proxy.stop());
try {
  await proxy.start();
} catch (error) {
  // A sentence for what the operator can change; opening the access log fails with Node's own errors.
  const expected =
    error instanceof ListenError || error instanceof WeftError || (error instanceof Error && 'code' in error);
  if (!expected) throw error;
  process.stderr.write(`sidecar: ${error.message}\n`);
  process.exit(1);
}
