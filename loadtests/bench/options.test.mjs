import { describe, expect, it } from 'vitest';
import { readOptions } from './options.mjs';
import { scenarios } from './scenarios.mjs';

const complaint = (...args) => readOptions(args).complaint;

describe('the command line of the benchmark', () => {
  it('runs everything with the defaults where nothing is given', () => {
    const { chosen, options, peers, json } = readOptions([]).asked;
    expect(chosen).toEqual(scenarios);
    expect(options).toEqual({ seconds: 4, rounds: 5, connections: 64 });
    expect([peers, json]).toEqual([undefined, undefined]);
  });

  it('picks scenarios in the order of the table, peers, times and a file', () => {
    const { asked } = readOptions([
      'update',
      'http1',
      '--seconds',
      '1',
      '--rounds=2',
      '--peers',
      'weft,nginx',
      '--json',
      'x',
    ]);
    expect(asked.chosen.map(({ name }) => name)).toEqual(['http1', 'update']);
    expect(asked.options).toEqual({ seconds: 1, rounds: 2, connections: 64 });
    expect([asked.peers, asked.json]).toEqual([['weft', 'nginx'], 'x']);
  });

  it('prints scenarios with their titles, and options with their defaults, when asked for help', () => {
    for (const flag of ['--help', '-h']) {
      const { help } = readOptions(['http1', flag]);
      for (const { name, title } of scenarios) expect(help).toContain(`  ${name.padEnd(20)}  ${title}\n`);
      expect(help).toMatch(/--seconds N .*default: 4/);
    }
  });

  it('names an option, a scenario and a peer that do not exist', () => {
    expect(complaint('--scenario', 'x')).toBe('there is no option --scenario; --help lists all');
    expect(complaint('--constructor')).toBe('there is no option --constructor; --help lists all');
    expect(complaint('-x')).toBe('there is no option -x; --help lists all');
    expect(complaint('x')).toMatch(/^there is no scenario "x"; give some of http1, mtls, /);
    expect(complaint('--peers', 'weft,x')).toMatch(/^there is no peer "x"; give some of direct, weft, envoy, nginx/);
  });

  it.each(['0', '-1', '1.5', 'x', '--rounds'])('takes no count of %s', (value) => {
    for (const name of ['seconds', 'rounds', 'connections'])
      expect(complaint(`--${name}=${value}`)).toBe(`--${name} takes a whole number over 0, not ${value}`);
  });

  it('says which option has no value', () => {
    for (const name of ['seconds', 'peers', 'json']) {
      expect(complaint(`--${name}`)).toBe(`--${name} needs a value`);
      expect(complaint(`--${name}=`)).toBe(`--${name} needs a value`);
    }
  });

  it('takes no option for the value of the one before it, but any value behind =', () => {
    expect(complaint('--json', '--peers=weft')).toBe('--json needs a value');
    expect(complaint('--json', '-h')).toBe('--json needs a value');
    expect(readOptions(['--json=--peers=weft']).asked.json).toBe('--peers=weft');
  });
});
