/** The control plane process. Exit 2: a wrong command line. Exit 1: it cannot run as told; the last line says why. */

import { createControlPlane, ListenError, SettingError } from '@weft/control-plane';
import { stopOnSignal, systemClock, WeftError } from '@weft/kernel';
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

const { logLevel, ...config } = readConfig();
const logger = createLogger({ name: 'control-plane', level: logLevel });
const plane = createControlPlane({ ...config, version: manifest.version, clock: systemClock, logger });
stopOnSignal(() => plane.stop());
try {
  await plane.start();
} catch (error) {
  const expected = error instanceof ListenError || error instanceof SettingError || error instanceof WeftError;
  if (!expected) throw error;
  process.stderr.write(`control-plane: ${error.message}\n`);
  process.exit(error instanceof SettingError ? 2 : 1);
}
