/** `weft envoy`: a stock Envoy as the sidecar of a workload, with the agent that gives it identity and configuration. */

import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { constants } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { envoyProgram, layoutOf, sidecarNodeFlags } from '@weft/operator-launcher';
import type { Context } from '../context.ts';
import { CliFailure, exitCodes } from '../failure.ts';

/**
 * Runs until Envoy ends, with its exit code. @param words flags of the sidecar, then what stands after `--` for Envoy.
 * @param admin the sidecar's own flag of this name, which the command line has taken for its own.
 */
export async function envoy(context: Context, words: readonly string[], admin: string | undefined): Promise<void> {
  const end = words.indexOf('--');
  const flags = end < 0 ? [...words] : words.slice(0, end);
  const more = end < 0 ? [] : words.slice(end);
  if (admin !== undefined) flags.push('--admin', admin);
  if (!flags.some((flag) => isFlag(flag, 'envoy'))) flags.push('--envoy', envoyProgram);
  const args = [...sidecarNodeFlags, sidecarProgram(context), ...flags, ...folders(context, flags), ...more];
  // A group of its own: a terminal's Ctrl-C must not reach Envoy before it is drained.
  const child = spawn(process.execPath, args, { stdio: 'inherit', detached: true });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => void child.kill(signal === 'SIGHUP' ? 'SIGTERM' : signal));
  }
  for (const signal of ['SIGUSR1', 'SIGUSR2'] as const) process.on(signal, () => void child.kill(signal));
  process.exitCode = await new Promise<number>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) => resolve(code ?? 128 + (signal === null ? 0 : constants.signals[signal])));
  });
}

/** Beside this program in the repository, and in an image. @throws CliFailure */
function sidecarProgram({ config }: Context): string {
  const inImage = fileURLToPath(new URL('../sidecar/main.js', import.meta.url));
  const candidates = [...(config.root === undefined ? [] : [join(config.root, 'apps/sidecar/dist/main.js')]), inImage];
  const found = candidates.find((path) => existsSync(path));
  if (found !== undefined) return found;
  throw new CliFailure(exitCodes.failed, 'there is no sidecar program to be the agent of Envoy; run "npm run build"');
}

/** Those of the mesh on this machine, where none are named. */
function folders({ config }: Context, flags: readonly string[]): readonly string[] {
  const [namespace, group] = flagValue(flags, 'workload-group')?.split('/') ?? [];
  if (namespace === undefined || group === undefined) return [];
  const layout = layoutOf(config.dir);
  return [
    ...(flags.some((flag) => isFlag(flag, 'token-dir')) ? [] : ['--token-dir', layout.tokenDirOf(namespace, group)]),
    ...(flags.some((flag) => isFlag(flag, 'state-dir'))
      ? []
      : ['--state-dir', join(layout.sidecars, `${group}.${namespace}.envoy`)]),
  ];
}

function isFlag(text: string, name: string): boolean {
  return text === `--${name}` || text.startsWith(`--${name}=`);
}

function flagValue(flags: readonly string[], name: string): string | undefined {
  const at = flags.findIndex((flag) => isFlag(flag, name));
  const flag = flags[at];
  return flag?.includes('=') ? flag.slice(flag.indexOf('=') + 1) : flags[at + 1];
}
