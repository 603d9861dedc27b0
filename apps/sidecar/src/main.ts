/** The sidecar and gateway process. Exit 2: a wrong command line. Exit 1: it cannot run as told; the last line says why. */

import './memory.ts';
import {
  createPredecessor,
  createProxy,
  type FromWorker,
  ListenError,
  type ProxyOptions,
  processChannel,
  runWorker,
  type ToWorker,
} from '@weft/data-proxy';
import { stopOnSignal, systemClock, systemRandom, WeftError } from '@weft/kernel';
import { createLogger } from '@weft/telemetry';
import manifest from '../package.json' with { type: 'json' };
import { type Config, parseConfig } from './config.ts';
import { runEnvoyAgent } from './envoy.ts';
import { sameAgain, upgradeOnSignal } from './upgrade.ts';
import { UsageError } from './usage-error.ts';

function readConfig(): Config {
  try {
    return parseConfig(process.argv.slice(2));
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    process.stderr.write(`sidecar: ${error.message}\n`);
    process.exit(2);
  }
}

async function runProxy(options: ProxyOptions, generation: number): Promise<void> {
  const proxy = createProxy({
    ...options,
    ...(generation === 0 ? {} : { predecessor: createPredecessor(processChannel(process)) }),
    successor: sameAgain('--take-over', generation + 1),
    workerCommand: (index) => sameAgain('--worker', index),
  });
  upgradeOnSignal(proxy, generation, options.log);
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
}

const { logLevel, generation, worker, envoy, ...config } = readConfig();
const options: ProxyOptions = {
  ...config,
  version: manifest.version,
  clock: systemClock,
  random: systemRandom,
  log: createLogger({ name: worker === undefined ? 'sidecar' : `sidecar-${worker}`, level: logLevel }),
  onQuit: () => process.exit(0),
};
if (envoy !== undefined) await runEnvoyAgent({ ...options, envoy, logLevel });
else if (worker === undefined) await runProxy(options, generation);
else {
  // A terminal sends its signals to the whole group: the parent's are the ones that count.
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGUSR2']) process.on(signal, () => {});
  runWorker(options, processChannel<ToWorker, FromWorker>(process), () => process.exit(0));
}
