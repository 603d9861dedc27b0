import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { readCommandLine } from './command-line.mjs';

const flags = {
  minutes: { type: 'string', default: '30', takes: 'amount', value: 'N', says: 'of load' },
  count: { type: 'string', takes: 'count', value: 'N', says: 'the most' },
  trace: { type: 'boolean', says: 'prints more' },
};
const read = (...args) => readCommandLine(args, { flags, usage: 'npm run x' });

describe('a command line', () => {
  it('has numbers where the table says so, and nothing where neither value nor default is', () => {
    expect(read().values).toEqual({ minutes: 30 });
    expect(read('--minutes', '0.5', '--count=3', '--trace').values).toEqual({ minutes: 0.5, count: 3, trace: true });
  });

  it('says which number an option takes', () => {
    expect(read('--minutes', 'x').complaint).toBe('--minutes takes a number over 0, not x');
    expect(read('--count', '0.5').complaint).toBe('--count takes a whole number over 0, not 0.5');
  });

  it('takes words beside options only where they mean something', () => {
    expect(read('x').complaint).toBe('"x" is not understood; --help lists all');
    expect(readCommandLine(['x'], { flags, usage: '', positional: true }).positionals).toEqual(['x']);
  });
});

describe.each(['bench', 'control-plane', 'sim', 'soak'])('%s', (name) => {
  const run = (arg) => {
    const main = fileURLToPath(new URL(`./${name}/main.mjs`, import.meta.url));
    const { status, stdout, stderr } = spawnSync(process.execPath, [main, arg], { encoding: 'utf8' });
    return { status, stdout, stderr };
  };

  it('prints its usage when asked for help, and does nothing', () => {
    const { status, stdout, stderr } = run('--help');
    expect([status, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/^npm run .*\n(.*\n)*Options:\n(.*\n)* {2}--help {2}/);
  });

  it('says in one sentence that there is no such option', () => {
    const stderr = 'there is no option --constructor; --help lists all\n';
    expect(run('--constructor')).toEqual({ status: 2, stdout: '', stderr });
  });
});
