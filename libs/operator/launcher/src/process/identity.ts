/** Which process a number means: a pid with its start time, so that a recycled pid is never taken for ours. */

import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

export interface ProcessIdentity {
  readonly pid: number;
  /** Opaque; equal for the same process, another for every other one that ever had this pid. */
  readonly startTime: string;
}

/** The identity of a running process; nothing where it has ended (a zombie has). */
export function identityOf(pid: number): ProcessIdentity | undefined {
  if (!Number.isSafeInteger(pid) || pid <= 0) return undefined;
  const startTime = process.platform === 'linux' ? linuxStartTime(pid) : psStartTime(pid);
  return startTime === undefined ? undefined : { pid, startTime };
}

/** Whether this very process still runs. */
export function isRunning(identity: ProcessIdentity): boolean {
  return identityOf(identity.pid)?.startTime === identity.startTime;
}

/**
 * Sends a signal to the process, or to the process group that it leads; nothing where it is not that process any more.
 * @returns whether it was sent.
 */
export function signalTo(identity: ProcessIdentity, signal: NodeJS.Signals, to: 'process' | 'group'): boolean {
  if (identity.pid === process.pid || !isRunning(identity)) return false;
  return (to === 'group' && sendTo(-identity.pid, signal)) || sendTo(identity.pid, signal);
}

function sendTo(target: number, signal: NodeJS.Signals): boolean {
  try {
    process.kill(target, signal);
    return true;
  } catch {
    return false;
  }
}

let bootId: string | undefined;

/** Field 22 of /proc/PID/stat counts from boot: the boot is part of the answer. */
function linuxStartTime(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name may hold spaces and brackets: fields are counted from the last ")".
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const ticks = fields[19];
    // A first thread that has ended keeps the files and ports open for those that are still ending.
    const zombie = fields[0] === 'Z' && Number(fields[17]) <= 1;
    if (ticks === undefined || zombie || fields[0] === 'X') return undefined;
    bootId ??= readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    return `${bootId}/${ticks}`;
  } catch {
    return undefined;
  }
}

function psStartTime(pid: number): string | undefined {
  try {
    const line = execFileSync('ps', ['-o', 'stat=,lstart=', '-p', String(pid)], { encoding: 'utf8' }).trim();
    return line === '' || line.startsWith('Z') ? undefined : line.replace(/^\S+\s+/, '');
  } catch {
    return undefined;
  }
}
