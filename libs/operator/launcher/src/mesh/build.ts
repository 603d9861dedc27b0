/** Bundles of the apps: built through nx where one is missing or older than the sources. */

import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { LaunchError } from '../launch-error.ts';

export interface BuildOptions {
  readonly root: string;
  /** File whose time says when the last build was found good. */
  readonly stamp: string;
  readonly apps: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Ends a build that runs. */
  readonly signal: AbortSignal;
  onStart(why: string): void;
}

function bundleOf(root: string, app: string): string {
  return join(root, 'apps', app, 'dist', 'main.js');
}

/** @throws LaunchError with the end of the build's output. */
export async function ensureBuilt(options: BuildOptions): Promise<void> {
  const why = whyBuild(options);
  if (why === undefined) return;
  const nx = join(options.root, 'node_modules', '.bin', 'nx');
  if (!existsSync(nx)) {
    const missing = options.apps.filter((app) => !existsSync(bundleOf(options.root, app)));
    if (missing.length === 0) return;
    throw new LaunchError(
      'not-built',
      `${missing.join(', ')} ${missing.length === 1 ? 'is' : 'are'} not built and nx is not installed; run "npm ci" in ${options.root}`,
    );
  }
  options.onStart(why);
  const { code, lines } = await runNx(nx, options);
  if (code !== 0) {
    throw new LaunchError(
      'not-built',
      'the build failed; run "npx nx run-many -t build" to see all of it',
      undefined,
      lines,
    );
  }
  mkdirSync(dirname(options.stamp), { recursive: true });
  writeFileSync(options.stamp, '');
}

function whyBuild(options: BuildOptions): string | undefined {
  let oldest = Number.POSITIVE_INFINITY;
  for (const app of options.apps) {
    const time = timeOf(bundleOf(options.root, app));
    if (time === undefined) return `${app} is not built`;
    oldest = Math.min(oldest, time);
  }
  // nx leaves a bundle alone that is current by content: then the stamp is the younger one.
  const good = Math.max(oldest, timeOf(options.stamp) ?? 0);
  for (const folder of ['apps', 'libs']) {
    const newer = newerSource(join(options.root, folder), good);
    if (newer !== undefined) return `${newer.slice(options.root.length + 1)} has changed since the build`;
  }
  return undefined;
}

const skipped = new Set(['node_modules', 'dist', 'generated', 'testdata']);

function newerSource(folder: string, than: number): string | undefined {
  if (!existsSync(folder)) return undefined;
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) {
      const found = skipped.has(entry.name) ? undefined : newerSource(path, than);
      if (found !== undefined) return found;
    } else if (/\.(ts|proto)$/.test(entry.name) && !/\.test\.ts$/.test(entry.name)) {
      if ((timeOf(path) ?? 0) > than) return path;
    }
  }
  return undefined;
}

function timeOf(path: string): number | undefined {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs;
}

const outputLinesMax = 12;

function runNx(nx: string, options: BuildOptions): Promise<{ code: number | null; lines: readonly string[] }> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [nx, 'run-many', '-t', 'build'], {
      cwd: options.root,
      // The daemon would stay behind as a process of ours.
      env: { ...options.env, NX_DAEMON: 'false', NX_TUI: 'false', FORCE_COLOR: '0' },
      stdio: ['ignore', 'pipe', 'pipe'],
      // A group of its own, so that all of it can be ended.
      detached: true,
    });
    const end = (): void => {
      if (child.pid === undefined || child.exitCode !== null) return;
      try {
        process.kill(-child.pid, 'SIGKILL');
      } catch {
        // It has just ended.
      }
    };
    options.signal.addEventListener('abort', end, { once: true });
    let lines: string[] = [];
    const keep = (chunk: Buffer): void => {
      lines = [
        ...lines,
        ...chunk
          .toString('utf8')
          .split('\n')
          .filter((line) => line.trim() !== ''),
      ].slice(-outputLinesMax);
    };
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    child.on('error', () => resolve({ code: 1, lines }));
    child.on('close', (code) => resolve({ code, lines }));
  });
}
