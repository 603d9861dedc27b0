/** The control plane process. Exit 2: a wrong command line. Exit 1: it cannot run as told; the last line says why. */

import { accessCluster, createControlPlane, ListenError, SettingError } from '@weft/control-plane';
import { stopOnSignal, systemClock, systemRandom, WeftError } from '@weft/kernel';
import { createLogger } from '@weft/telemetry';
import manifest from '../package.json' with { type: 'json' };
import { type Config, parseConfig, UsageError } from './config.ts';

function readConfig(): Config {
  try {
    return parseConfig(process.argv.slice(2));
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    process.stderr.write(`control-plane: ${error.message}\n`);
    process.exit(2);
  }
}

const { logLevel, kubernetes: cluster, ...config } = readConfig();
const logger = createLogger({ name: 'control-plane', level: logLevel });
try {
  const kubernetes = cluster && {
    access: await accessCluster(cluster.kubeconfig, cluster.environment, systemClock),
    identity: cluster.identity,
    webhook: cluster.webhook,
    random: systemRandom,
  };
  const { version } = manifest;
  const plane = createControlPlane({ ...config, kubernetes, version, clock: systemClock, logger });
  stopOnSignal(() => plane.stop());
  await plane.start();
} catch (error) {
  const expected = error instanceof ListenError || error instanceof SettingError || error instanceof WeftError;
  if (!expected) throw error;
  process.stderr.write(`control-plane: ${error.message}\n`);
  process.exit(error instanceof SettingError ? 2 : 1);
}
