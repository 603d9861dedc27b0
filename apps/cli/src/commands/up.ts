/** `weft up`: starts the mesh, stays with it, ends it. */

import { existsSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { systemClock } from '@weft/kernel';
import { createMesh, defaultPorts, type Mesh, type MeshInfo } from '@weft/operator-launcher';
import type { Context } from '../context.ts';
import { CliFailure, exitCodes } from '../failure.ts';
import { createLiveTable, type LiveTable } from '../output/live-table.ts';
import { toSidecarChoice } from './sidecar-flag.ts';
import { explainCommand, tryOutCommands } from './try-out.ts';

export interface UpFlags {
  readonly config?: string;
  readonly mesh?: string;
  readonly sidecar: readonly string[];
  readonly portBase?: string;
  readonly logLevel: string;
  readonly verbose?: boolean;
  readonly build: boolean;
}

/** Resolves after everything has ended, on a signal. */
export async function up(context: Context, flags: UpFlags): Promise<void> {
  const { config, output } = context;
  const view = createLiveTable({
    paint: output.paint,
    live: process.stdout.isTTY === true && flags.verbose !== true,
    now: () => systemClock.monotonic(),
    columns: () => process.stdout.columns ?? 80,
    lines: () => process.stdout.rows ?? 24,
    write: (text) => {
      process.stdout.write(text);
    },
  });
  const mesh = createMesh({
    ...toOptions(context, flags),
    ...{ env: config.env, clock: systemClock, dir: config.dir, logLevel: flags.logLevel },
    ...{ build: flags.build, verbose: flags.verbose === true, sidecarOf: toSidecarChoice(flags.sidecar) },
    observer: {
      onNotice: (line) => view.say(line),
      onPlan: (names) => view.plan(names),
      onState: (name, state, detail) => view.change(name, state, detail),
      onLog: (name, line) => view.say(`${output.paint('dim', `${name} |`)} ${line}`),
    },
  });
  // Nobody may be left to read: that is no reason to leave processes behind.
  process.stdout.on('error', () => {});
  process.stderr.on('error', () => {});
  const signalled = onSignals(mesh, view);
  const began = systemClock.monotonic();
  try {
    const info = await Promise.race([mesh.start(), signalled.asked]);
    if (info !== undefined) {
      view.freeze();
      announce(context, info, systemClock.monotonic() - began, flags.mesh !== 'off');
      await signalled.asked;
    }
  } catch (error) {
    view.freeze();
    if (!signalled.isAsked()) {
      await mesh.stop();
      throw error;
    }
  }
  await signalled.done();
}

function toOptions(
  context: Context,
  flags: UpFlags,
): { root: string; configDir: string; mesh: boolean; ports: typeof defaultPorts } {
  const { root } = context.config;
  if (root === undefined)
    throw new CliFailure(
      exitCodes.failed,
      'this program is not in a repository of weft, so there is nothing to start; use docker compose here',
    );
  if (flags.mesh !== undefined && flags.mesh !== 'on' && flags.mesh !== 'off') {
    throw new CliFailure(exitCodes.usage, `"${flags.mesh}" is not a mesh; use --mesh on or --mesh off`);
  }
  const configDir = resolve(flags.config ?? join(root, 'infra', 'mesh'));
  if (!existsSync(configDir))
    throw new CliFailure(exitCodes.usage, `there is no folder ${configDir}; name the one with the rules with --config`);
  const base = flags.portBase === undefined ? defaultPorts.base : Number(flags.portBase);
  if (!Number.isInteger(base) || base < 1024 || base > 60_000) {
    throw new CliFailure(exitCodes.usage, `"${flags.portBase}" is not a first port; use a number from 1024 to 60000`);
  }
  // As the user sees it: sources are named by this path in every decision.
  const shown = relative(process.cwd(), configDir);
  return {
    root,
    configDir: shown.startsWith('..') || shown === '' ? configDir : shown,
    mesh: flags.mesh !== 'off',
    ports: { ...defaultPorts, base },
  };
}

const sameSignalMs = 400;

/** The first signal drains, the second ends at once. */
function onSignals(
  mesh: Mesh,
  view: LiveTable,
): { asked: Promise<undefined>; isAsked(): boolean; done(): Promise<void> } {
  let ask: (value: undefined) => void = () => {};
  let stopping: Promise<void> | undefined;
  const asked = new Promise<undefined>((resolved) => {
    ask = resolved;
  });
  let firstAt = 0;
  const handle = (): void => {
    if (stopping !== undefined) {
      // npm and `timeout` pass on the signal that the terminal has sent already.
      if (systemClock.monotonic() - firstAt < sameSignalMs) return;
      mesh.kill();
      process.exit(130);
    }
    firstAt = systemClock.monotonic();
    view.say('stopping (once more Ctrl-C ends everything at once)');
    stopping = mesh.stop();
    stopping.catch(() => {});
    ask(undefined);
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, handle);
  return { asked, isAsked: () => stopping !== undefined, done: async () => stopping };
}

function announce(context: Context, info: MeshInfo, afterMs: number, mesh: boolean): void {
  const { paint, line } = context.output;
  line(`\n${paint('good', 'ready')} after ${(afterMs / 1000).toFixed(1)} s\n`);
  for (const [name, url] of Object.entries(info.urls)) line(`  ${name.padEnd(14)} ${url}`);
  line(`  ${'logs'.padEnd(14)} ${info.layout.logs}`);
  if (!info.shopAnswers) {
    line(
      `\n${paint('warn', 'not every service of the shop answers through the gateway')}; \`npx weft status\` tells what the rules and the instances are`,
    );
  }
  if (mesh) {
    line(`\n${paint('strong', 'Try')} (in another terminal)\n`);
    for (const { title, command } of tryOutCommands(info.urls['shop'] ?? '', info.sku))
      line(`${paint('dim', `# ${title}`)}\n${command}\n`);
    line(`${paint('dim', '# why it goes where it goes')}\n${explainCommand}\n`);
  }
  line(paint('dim', 'Ctrl-C stops everything.'));
}
