/** Writes the rules into the current network namespace, or takes them out again. */

import { spawnSync } from 'node:child_process';
import type { CaptureOptions } from './capture-options.ts';
import { captureRules, chains, jumps } from './rules.ts';

/** Runs a program with an input; injected so that a test can look on. */
export type CaptureRun = (
  program: string,
  args: readonly string[],
  input: string,
) => { readonly status: number; readonly stderr: string; readonly stdout: string };

/** One sentence for the operator. */
export class CaptureError extends Error {}

const families = [
  { family: 4, prefix: 'iptables' },
  { family: 6, prefix: 'ip6tables' },
] as const;

/** Longer than any sane rule set takes; a lock that nobody lets go must not hang the command. */
const programTimeoutMs = 30_000;

const runProgram: CaptureRun = (program, args, input) => {
  const run = spawnSync(program, args, { input, encoding: 'utf8', timeout: programTimeoutMs });
  if (run.error !== undefined) return { status: -1, stdout: '', stderr: run.error.message };
  return { status: run.status ?? -1, stdout: run.stdout, stderr: run.stderr };
};

/** @returns true where the rules of `capture` are in force, for IPv4. @throws CaptureError where iptables does not answer. */
export function captured(run: CaptureRun = runProgram): boolean {
  return saved('iptables', run).includes(`:${chains.outbound} `);
}

/**
 * Puts the rules into force for IPv4 and, where the system has it, IPv6; each family in one transaction. Rules of an earlier capture are replaced.
 * @returns what was left out, a sentence each. @throws CaptureError with what iptables said; nothing is in force then.
 */
export function capture(options: CaptureOptions, run: CaptureRun = runProgram): readonly string[] {
  const left: string[] = [];
  if (options.uids.length + options.gids.length === 0) {
    throw new CaptureError('without the user or the group of the sidecar what it sends would come back to it for ever');
  }
  undoCapture(run);
  for (const { family, prefix } of families) {
    const result = run(`${prefix}-restore`, ['--noflush', '--wait'], captureRules(options, family));
    if (result.status === 0) continue;
    if (family === 6) {
      left.push(`IPv6 is not captured: ${sentence(result.stderr)}`);
      continue;
    }
    throw new CaptureError(`${prefix}-restore refused the rules: ${sentence(result.stderr)}`);
  }
  return left;
}

/** Takes out our chains and the jumps to them, and nothing else. @returns true where there was something. @throws CaptureError */
export function undoCapture(run: CaptureRun = runProgram): boolean {
  let found = false;
  for (const { family, prefix } of families) {
    const before = family === 6 ? savedOrNothing(prefix, run) : saved(prefix, run);
    const ours = Object.values(chains).filter((chain) => before.includes(`:${chain} `));
    if (ours.length === 0) continue;
    found = true;
    const inForce = jumps.flatMap((jump) => before.split('\n').filter((line) => line === `-A ${jump}`));
    const rules = [
      ...inForce.map((line) => line.replace('-A ', '-D ')),
      ...ours.map((chain) => `-F ${chain}`),
      ...ours.map((chain) => `-X ${chain}`),
    ];
    const result = run(`${prefix}-restore`, ['--noflush', '--wait'], `*nat\n${rules.join('\n')}\nCOMMIT\n`);
    if (result.status !== 0) throw new CaptureError(`${prefix}-restore refused to undo: ${sentence(result.stderr)}`);
  }
  return found;
}

function saved(prefix: string, run: CaptureRun): string {
  const result = run(`${prefix}-save`, ['-t', 'nat'], '');
  if (result.status === 0) return result.stdout;
  throw new CaptureError(`${prefix}-save does not answer: ${sentence(result.stderr)}; capture needs iptables and root`);
}

function savedOrNothing(prefix: string, run: CaptureRun): string {
  const result = run(`${prefix}-save`, ['-t', 'nat'], '');
  return result.status === 0 ? result.stdout : '';
}

function sentence(text: string): string {
  return text.trim().replace(/\s+/g, ' ').slice(0, 300) || 'it said nothing';
}
