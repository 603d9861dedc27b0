/** Headers both ways: the table of what is taken and refused, and random octets. */

import { createSeededRandom } from '@weft/kernel';
import { describe, expect, it } from 'vitest';
import { encodeProxyHeader } from './encode.ts';
import { proxyLimits } from './limits.ts';
import { type ProxyHeader, parseProxyHeader } from './parse.ts';

const latin = (text: string): Buffer => Buffer.from(text, 'latin1');
const signature = '\r\n\r\n\0\r\nQUIT\n';
const binary = (command: number, family: number, body: string, length = body.length): Buffer =>
  latin(`${signature}${String.fromCharCode(command, family, length >> 8, length & 255)}${body}`);
const v4 = '\x0a\x00\x00\x01\x0a\x00\x00\x02\x9c\x40\x00\x50';

describe('a header that is read', () => {
  it.each([
    ['TCP4', 'PROXY TCP4 10.0.0.1 10.0.0.2 40000 80\r\n', '10.0.0.1:40000', '10.0.0.2:80'],
    ['TCP6', 'PROXY TCP6 2001:db8::1 ::1 40000 80\r\n', '[2001:db8::1]:40000', '[::1]:80'],
    ['UNKNOWN', 'PROXY UNKNOWN\r\n', '', ''],
    ['UNKNOWN with more', 'PROXY UNKNOWN ffff::1 ffff::2 1 2\r\n', '', ''],
  ])('of version 1, %s, is known when it is whole', (_what, text, source, destination) => {
    const bytes = latin(`${text}GET / HTTP/1.1\r\n`);
    for (let length = 0; length < text.length; length += 1) {
      expect(parseProxyHeader(bytes.subarray(0, length))).toBe('incomplete');
    }
    const header = parseProxyHeader(bytes);
    expect(header).toMatchObject({ version: 1, source, destination, local: source === '', length: text.length });
  });

  it.each([
    ['IPv4', binary(0x21, 0x11, v4), '10.0.0.1:40000', '10.0.0.2:80'],
    [
      'IPv6',
      binary(0x21, 0x21, `${'\0'.repeat(15)}\x01\x20\x01\x0d\xb8${'\0'.repeat(10)}\x01\x02\x00\x01\x00\x02`),
      '[::1]:1',
      '[2001:db8::102]:2',
    ],
    ['LOCAL', binary(0x20, 0, ''), '', ''],
    ['LOCAL with a body that is passed over', binary(0x20, 0x11, 'abc'), '', ''],
    ['an unknown family', binary(0x21, 0, ''), '', ''],
    ['a socket with a path', binary(0x21, 0x31, '\0'.repeat(216)), '', ''],
  ])('of version 2, %s, is known when it is whole', (_what, header, source, destination) => {
    const bytes = Buffer.concat([header, latin('more')]);
    for (let length = 0; length < header.length; length += 1) {
      expect(parseProxyHeader(bytes.subarray(0, length))).toBe('incomplete');
    }
    expect(parseProxyHeader(bytes)).toMatchObject({
      version: 2,
      source,
      destination,
      local: source === '',
      length: header.length,
    });
  });

  it('has its TLVs', () => {
    const header = parseProxyHeader(binary(0x21, 0x11, `${v4}\x01\x00\x02h2\xea\x00\x00`)) as ProxyHeader;
    expect(header.tlvs.map(({ type, value }) => [type, value.toString()])).toEqual([
      [1, 'h2'],
      [0xea, ''],
    ]);
  });
});

describe('a header that is refused', () => {
  it.each([
    ['GET / HTTP/1.1\r\n', 'absent'],
    ['proxy TCP4 1.1.1.1 1.1.1.1 1 1\r\n', 'absent'],
    ['PROXY\tTCP4 1.1.1.1 1.1.1.1 1 1\r\n', 'absent'],
    ['PROXY TCP5 1.1.1.1 1.1.1.1 1 1\r\n', 'line'],
    ['PROXY TCP4  1.1.1.1 1.1.1.1 1 1\r\n', 'line'],
    ['PROXY TCP4 1.1.1.1 1.1.1.1 1\r\n', 'line'],
    ['PROXY TCP4 1.1.1.1 1.1.1.1 1 1 \r\n', 'line'],
    ['PROXY TCP4 ::1 ::1 1 1\r\n', 'address'],
    ['PROXY TCP6 1.1.1.1 1.1.1.1 1 1\r\n', 'address'],
    ['PROXY TCP6 fe80::1%eth0 ::1 1 1\r\n', 'address'],
    ['PROXY TCP4 01.1.1.1 1.1.1.1 1 1\r\n', 'address'],
    ['PROXY TCP4 1.1.1.1 1.1.1.1 65536 1\r\n', 'port'],
    ['PROXY TCP4 1.1.1.1 1.1.1.1 01 1\r\n', 'port'],
    ['PROXY TCP4 1.1.1.1 1.1.1.1 -1 1\r\n', 'port'],
    [`PROXY UNKNOWN ${'x'.repeat(proxyLimits.lineBytesMax)}\r\n`, 'line-too-long'],
  ])('%j: %s', (text, rule) => {
    expect(parseProxyHeader(latin(text))).toBe(rule);
  });

  it.each([
    ['another version', binary(0x11, 0x11, v4), 'version'],
    ['another command', binary(0x22, 0x11, v4), 'command'],
    ['another family', binary(0x21, 0x41, v4), 'family'],
    ['another transport', binary(0x21, 0x13, v4), 'family'],
    ['too few octets for its addresses', binary(0x21, 0x11, v4.slice(1)), 'length'],
    ['more octets than the bound', binary(0x21, 0x11, '', proxyLimits.bodyBytesMax + 1), 'length'],
    ['a TLV past its end', binary(0x21, 0x11, `${v4}\x01\x00\x03h2`), 'tlv'],
    ['half a TLV', binary(0x21, 0x11, `${v4}\x01\x00`), 'tlv'],
    ['more TLVs than the bound', binary(0x21, 0x11, v4 + '\x04\0\0'.repeat(proxyLimits.tlvsMax + 1)), 'tlv'],
  ])('of version 2 has %s', (_what, bytes, rule) => {
    expect(parseProxyHeader(bytes)).toBe(rule);
  });
});

describe('a header that is written', () => {
  it.each([
    ['10.0.0.1:40000', '10.0.0.2:80', '10.0.0.1:40000', '10.0.0.2:80'],
    ['[2001:db8::1]:1', '[::]:65535', '[2001:db8::1]:1', '[::]:65535'],
    ['10.0.0.1:1', '[::1]:2', '[::ffff:a00:1]:1', '[::1]:2'],
    ['[::ffff:10.0.0.1]:1', '[1:2:3:4:5:6:7:8]:2', '[::ffff:a00:1]:1', '[1:2:3:4:5:6:7:8]:2'],
  ])('from %s to %s is read as it was meant', (source, destination, readSource, readDestination) => {
    expect(parseProxyHeader(encodeProxyHeader(2, source, destination))).toMatchObject({
      source: readSource,
      destination: readDestination,
    });
    const one = parseProxyHeader(encodeProxyHeader(1, source, destination));
    expect(one).toMatchObject({ version: 1, local: false });
  });

  it.each(['', 'pipe', 'a.test:80', '10.0.0.1', '10.0.0.1:x', '[fe80::1%eth0]:1'])('does not name %j', (unknown) => {
    expect(encodeProxyHeader(1, unknown, '10.0.0.1:1').toString()).toBe('PROXY UNKNOWN\r\n');
    expect(parseProxyHeader(encodeProxyHeader(2, '10.0.0.1:1', unknown))).toMatchObject({ local: true, length: 16 });
  });
});

describe('random octets', () => {
  it('never throw, and are refused or taken alike however they were split', () => {
    const seed = 20_261_121;
    const random = createSeededRandom(seed);
    const samples = [
      encodeProxyHeader(1, '10.0.0.1:40000', '10.0.0.2:80'),
      encodeProxyHeader(1, '[2001:db8::1]:1', '[::1]:2'),
      encodeProxyHeader(2, '10.0.0.1:40000', '10.0.0.2:80'),
      encodeProxyHeader(2, '[2001:db8::1]:1', '[::1]:2'),
      binary(0x21, 0x11, `${v4}\x01\x00\x02h2`),
    ];
    for (let round = 0; round < 2_000; round += 1) {
      const bytes = Buffer.from(samples[round % samples.length] as Buffer);
      const changes = 1 + Math.floor(random() * 3);
      for (let i = 0; i < changes; i += 1) bytes[Math.floor(random() * bytes.length)] = Math.floor(random() * 256);
      const whole = parseProxyHeader(bytes);
      const where = `seed ${seed} round ${round}: ${bytes.toString('hex')}`;
      for (let length = 0; length < bytes.length; length += 1) {
        const part = parseProxyHeader(bytes.subarray(0, length));
        if (typeof part === 'string' && part !== 'incomplete') expect(whole, where).toBe(part);
        if (typeof part === 'object') expect(whole, where).toEqual(part);
      }
      if (typeof whole === 'object') expect(whole.length, where).toBeLessThanOrEqual(bytes.length);
    }
  });
});
