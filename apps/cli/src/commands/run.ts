/** `weft run`: a local process in the mesh, behind a sidecar of its own. */

import { systemClock } from '@weft/kernel';
import { createLocalRun, defaultPorts } from '@weft/operator-launcher';
import type { Context } from '../context.ts';
import { CliFailure, exitCodes } from '../failure.ts';
import { toSidecarKind } from './sidecar-flag.ts';

export interface RunFlags {
  readonly name: string;
  readonly namespace: string;
  readonly port: string;
  readonly portName: string;
  readonly portBase?: string;
  readonly xdsPort?: string;
  readonly sidecar: string;
  readonly logLevel: string;
}

export async function run(context: Context, command: readonly string[], flags: RunFlags): Promise<void> {
  const { config, output } = context;
  const port = toPort(flags.port, 'name the one that the process listens on: --port 3000');
  const xds = flags.xdsPort === undefined ? defaultPorts.xds : toPort(flags.xdsPort, 'the usual one is 15012');
  if (config.root === undefined) {
    throw new CliFailure(
      exitCodes.failed,
      'this program is not in a repository of weft, so it has no sidecar to start',
    );
  }
  const base = flags.portBase === undefined ? defaultPorts.base : toPort(flags.portBase, 'the usual one is 21000');
  const local = createLocalRun({
    ...{ root: config.root, dir: config.dir, name: flags.name, namespace: flags.namespace, port, command },
    ...{ portName: flags.portName, ports: { ...defaultPorts, base, xds }, logLevel: flags.logLevel },
    ...{ sidecar: toSidecarKind(flags.sidecar), env: config.env, clock: systemClock, operator: context.operator() },
    onNotice: (line) => output.note(line),
    onState: (name, state, detail) => {
      if (state === 'restarting' || state === 'failed') output.note(`${name} ${state}: ${detail}`);
    },
  });
  let signals = 0;
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      signals++;
      if (signals > 2) {
        local.kill();
        process.exit(130);
      }
      // A terminal's Ctrl-C has reached the process already.
      if (signal !== 'SIGINT' || process.stdin.isTTY !== true) local.signal(signal);
    });
  }
  try {
    process.exitCode = await local.run();
  } finally {
    await local.stop();
  }
}

/** @throws CliFailure with what to do. */
function toPort(text: string, hint: string): number {
  const port = Number(text);
  if (Number.isInteger(port) && port >= 1 && port <= 65_535) return port;
  throw new CliFailure(exitCodes.usage, `"${text}" is not a port; ${hint}`);
}
