import { describe, expect, it } from 'vitest';
import { createLogger, redactedFields } from './logger.ts';

function logged(value: object): string {
  const lines: string[] = [];
  createLogger({
    service: 'user',
    version: 'v1',
    level: 'info',
    destination: { write: (line) => void lines.push(line) },
  }).info(value, 'said');
  return lines.join('');
}

describe('the log', () => {
  it.each(redactedFields)('never holds the value of "%s", however deep', (name) => {
    const secret = { [name]: 'the-secret' };
    expect(logged({ ...secret, a: { ...secret, b: { ...secret, c: secret } } })).not.toContain('the-secret');
  });

  it('is JSON with level, time, service, version, trace and message', () => {
    expect(JSON.parse(logged({ orderId: 'o-1' }))).toMatchObject({
      level: 'info',
      time: expect.stringMatching(/Z$/),
      service: 'user',
      version: 'v1',
      traceId: '-',
      orderId: 'o-1',
      message: 'said',
    });
  });

  it('holds an error with its causes', () => {
    const line = logged({ error: new Error('outer', { cause: new Error('inner') }) });
    expect(line).toContain('outer');
    expect(line).toContain('inner');
  });
});
