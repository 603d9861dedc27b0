/** The agent beside an Envoy. Exit 1: it cannot run as told; 3: the control plane is not there; else as Envoy ended. */

import { constants } from 'node:os';
import { createEnvoyAgent, type EnvoyAgentOptions, EnvoyError, ListenError } from '@weft/data-proxy';
import { stopOnSignal, WeftError } from '@weft/kernel';

const exitCodes = { failed: 1, unreachable: 3 } as const;

export async function runEnvoyAgent(options: Omit<EnvoyAgentOptions, 'onExit'>): Promise<void> {
  const agent = createEnvoyAgent({
    ...options,
    onExit({ code, signal }) {
      const how = signal === null ? `with exit code ${code ?? 'unknown'}` : `by ${signal}`;
      process.stderr.write(`sidecar: Envoy ended ${how}; its last lines say why\n`);
      // As a shell counts.
      const ends = code ?? 128 + (signal === null ? 0 : constants.signals[signal]);
      void agent.stop().finally(() => process.exit(ends));
    },
  });
  stopOnSignal(() => agent.stop());
  // Envoy opens its log files anew.
  process.on('SIGUSR1', () => agent.signal('SIGUSR1'));
  process.on('SIGUSR2', () => options.log.warn('an Envoy is not upgraded in place: start this process anew'));
  try {
    await agent.start();
  } catch (error) {
    const expected = error instanceof EnvoyError || error instanceof ListenError || error instanceof WeftError;
    if (!expected) throw error;
    process.stderr.write(`sidecar: ${error.message}\n`);
    process.exit(error instanceof EnvoyError && error.unreachable ? exitCodes.unreachable : exitCodes.failed);
  }
}
