import { describe, expect, it } from 'vitest';
import { parseIds, parsePorts, parseRanges } from './capture-options.ts';

describe('lists of a command line', () => {
  it('are read with spaces and without', () => {
    expect(parsePorts('80, 443,')).toEqual([80, 443]);
    expect(parsePorts('')).toEqual([]);
    expect(parseRanges('10.0.0.0/8,192.168.1.1,fd00::/8,::1')).toEqual([
      '10.0.0.0/8',
      '192.168.1.1/32',
      'fd00::/8',
      '::1/128',
    ]);
    expect(parseIds('1337,0')).toEqual([1337, 0]);
  });

  it.each([
    [() => parsePorts('80,http'), 'http is not a port: give numbers from 1 to 65535'],
    [() => parsePorts('65536'), '65536 is not a port'],
    [() => parsePorts('80 -j ACCEPT'), 'is not a port'],
    [() => parseRanges('10.0.0.0/33'), '10.0.0.0/33 is not a range of addresses: give them like 10.0.0.0/8'],
    [() => parseRanges('example.com'), 'example.com is not a range'],
    [() => parseRanges('10.0.0.0/8 -j ACCEPT'), 'is not a range'],
    [() => parseIds('istio'), 'istio is not a numeric user or group'],
    [() => parsePorts(Array.from({ length: 257 }, () => '80').join(',')), 'at most 256 entries'],
  ])('say what is wrong with one', (read, sentence) => {
    expect(read).toThrow(sentence);
  });
});
