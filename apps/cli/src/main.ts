/** weft, the command line: runs one command, and turns every failure into one sentence and an exit code. */

import { CommanderError } from 'commander';
import { readConfig } from './config.ts';
import { exitCodes, toFailure } from './failure.ts';
import { createProgram } from './program.ts';

async function main(): Promise<number> {
  const program = createProgram(readConfig());
  for (const command of [program, ...program.commands]) {
    command.exitOverride().allowExcessArguments(false);
  }
  try {
    await program.parseAsync(process.argv);
    return Number(process.exitCode ?? exitCodes.ok);
  } catch (error) {
    // Commander has printed the message, or the help that was asked for.
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.ok : exitCodes.usage;
    const failure = toFailure(error);
    process.stderr.write(`weft: ${failure.message}\n`);
    for (const line of failure.details) process.stderr.write(`  ${line}\n`);
    return failure.exitCode;
  }
}

// What is left of timers and sockets is nobody's any more.
process.exitCode = await main();
setImmediate(() => process.exit());
