/** A process that has an Envoy, for tests that end it: envoy-owner PROGRAM. It says the pid, then "asked" at each SIGTERM; SIGINT: exit; SIGUSR2: a bug. */

import { systemClock } from '@weft/kernel';
import { startEnvoy } from '../envoy/envoy-process.ts';

const [program = ''] = process.argv.slice(2);
process.on('SIGTERM', () => void process.stdout.write('asked\n'));
process.on('SIGINT', () => process.exit(130));
process.on('SIGUSR2', () => {
  throw new Error('a bug');
});
const envoy = await startEnvoy({ program, args: [], output: undefined, clock: systemClock });
process.stdout.write(`${envoy.pid}\n`);
