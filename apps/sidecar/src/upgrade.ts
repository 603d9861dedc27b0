/** The upgrade in place: SIGUSR2 starts the program anew; this process hands over, and stays as its parent, which is all that a supervisor knows. */

import type { ChildProcess } from 'node:child_process';
import type { MeshProxy, SuccessorCommand } from '@weft/data-proxy';
import type { Logger } from '@weft/telemetry';

/** Processes of one line: each that handed over stays as a parent, so that their number is bounded. */
const generationsMax = 16;

const passedOn = ['SIGTERM', 'SIGINT', 'SIGUSR2'] as const;

/** The command line of this process once more, with another role. */
export function sameAgain(role: '--take-over' | '--worker', value: number): SuccessorCommand {
  const own = process.argv.slice(2);
  const at = own.indexOf('--take-over');
  if (at >= 0) own.splice(at, 2);
  const args = [...process.execArgv, ...process.argv.slice(1, 2), ...own, role, String(value)];
  return { program: process.execPath, args };
}

export function upgradeOnSignal(proxy: MeshProxy, generation: number, log: Logger): void {
  let busy = false;
  process.on('SIGUSR2', () => {
    if (busy) return;
    if (generation + 1 >= generationsMax) {
      log.error({ generation }, `not upgraded: after ${generationsMax} processes in one line start the sidecar anew`);
      return;
    }
    busy = true;
    let successor: ChildProcess | undefined;
    const upgraded = proxy.upgrade((child) => {
      successor = child;
      passOn(child);
    });
    upgraded.then(
      () => endWith(successor),
      (error: unknown) => {
        busy = false;
        const reason = error instanceof Error ? error.message : String(error);
        log.error({ reason }, 'not upgraded; this process goes on');
      },
    );
  });
}

/** From here on this process is asked for nothing itself. */
function passOn(successor: ChildProcess): void {
  for (const signal of passedOn) {
    process.removeAllListeners(signal);
    process.on(signal, () => void successor.kill(signal));
  }
}

/** Ends as the other ends; it may have ended already. */
function endWith(successor: ChildProcess | undefined): void {
  if (successor === undefined) return;
  const end = (code: number | null): never => process.exit(code ?? 1);
  if (successor.exitCode !== null || successor.signalCode !== null) end(successor.exitCode);
  successor.once('exit', end);
}
