/** The command line against fakes, for a file of tests: bundled once, with a run folder of its own. */

import { afterAll, afterEach, beforeAll } from 'vitest';
import { type FakeAnswer, type FakeServer, startFake, writeToken } from './fake-mesh.ts';
import { type CliResult, type CliRunner, createCliRunner } from './run-cli.ts';

export interface CliSuite {
  readonly cli: Omit<CliRunner, 'remove'>;
  /** A server that is closed after the test. */
  fake(answers: Readonly<Record<string, FakeAnswer>>): Promise<FakeServer>;
  /** With a control plane that answers so. */
  runAgainst(answers: Readonly<Record<string, FakeAnswer>>, ...args: string[]): Promise<CliResult>;
}

/** To be called at the top of the file. */
export function useCli(): CliSuite {
  let runner: CliRunner;
  let fakes: FakeServer[] = [];
  beforeAll(async () => {
    runner = await createCliRunner();
  });
  afterAll(() => runner.remove());
  afterEach(() => {
    for (const fake of fakes) fake.close();
    fakes = [];
  });

  const fake: CliSuite['fake'] = async (answers) => {
    const server = await startFake(answers);
    fakes.push(server);
    return server;
  };
  return {
    cli: {
      get dir() {
        return runner.dir;
      },
      run: (args, options) => runner.run(args, options),
    },
    fake,
    async runAgainst(answers, ...args) {
      writeToken(runner.dir);
      const api = await fake(answers);
      return runner.run([...args, '--api', api.address]);
    },
  };
}
