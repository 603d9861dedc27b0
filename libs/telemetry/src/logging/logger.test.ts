/** What a log line holds and what it must not. */

import { describe, expect, it } from 'vitest';
import { createLogger, isLogLevel } from './logger.ts';

function capture() {
  const lines: Record<string, unknown>[] = [];
  const destination = { write: (line: string) => void lines.push(JSON.parse(line) as Record<string, unknown>) };
  return { lines, destination };
}

describe('the logger', () => {
  it('writes one JSON object a line with name, level, time and message', () => {
    const { lines, destination } = capture();
    createLogger({ name: 'sidecar', level: 'info', destination }).info({ cluster: 'x' }, 'hello');
    expect(lines[0]).toMatchObject({ name: 'sidecar', level: 'info', cluster: 'x', msg: 'hello' });
    expect(String(lines[0]?.['time'])).toMatch(/^\d{4}-\d\d-\d\dT/);
  });

  it('blanks secrets at the top and below', () => {
    const { lines, destination } = capture();
    const log = createLogger({ name: 'n', level: 'info', destination });
    log.info({ token: 't-1', headers: { authorization: 't-2' }, a: { b: { password: 't-3' } } }, 'm');
    expect(JSON.stringify(lines)).not.toContain('t-');
    expect(JSON.stringify(lines)).toContain('[secret]');
  });

  it('changes its level while running', () => {
    const { lines, destination } = capture();
    const log = createLogger({ name: 'n', level: 'warn', destination });
    log.info('unseen');
    log.level = 'debug';
    log.debug('seen');
    expect(lines.map((line) => line['msg'])).toEqual(['seen']);
  });

  it('reads the added fields anew for each line', () => {
    const { lines, destination } = capture();
    let trace = 0;
    const log = createLogger({ name: 'n', level: 'info', destination, fields: () => ({ trace: ++trace }) });
    log.info('a');
    log.info('b');
    expect(lines.map((line) => line['trace'])).toEqual([1, 2]);
  });

  it('knows the names of levels', () => {
    expect(isLogLevel('debug')).toBe(true);
    expect(isLogLevel('loud')).toBe(false);
  });
});
