import { describe, expect, it } from 'vitest';
import { withoutPeer } from './session-text.ts';

const der = (tag: number, content: Buffer): Buffer => {
  const { length } = content;
  const head = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...head]), content]);
};
const version = der(0x02, Buffer.from([1]));
const ticket = (octets: number): Buffer => der(0xaa, der(0x04, Buffer.alloc(octets, 7)));
const peer = (octets: number): Buffer => der(0xa3, der(0x30, Buffer.alloc(octets, 9)));
const session = (...fields: Buffer[]): Buffer => der(0x30, Buffer.concat(fields));

describe('withoutPeer', () => {
  it.each([20, 150, 1_000])('leaves out the certificate and keeps the rest, ticket of %i octets', (octets) => {
    expect(withoutPeer(session(version, peer(600), ticket(octets)))).toEqual(session(version, ticket(octets)));
  });

  it('takes a certificate of any length that is written in two octets', () => {
    for (const octets of [1, 130, 40_000])
      expect(withoutPeer(session(version, peer(octets)))).toEqual(session(version));
  });

  it('gives back what has no certificate or is not in the known form', () => {
    const cut = session(version, peer(600)).subarray(0, 300);
    const indefinite = Buffer.from([0x30, 0x80, 0xa3, 0x00, 0x00, 0x00]);
    const inside = Buffer.from([0x30, 0x04, 0xa3, 0x05, 0x00, 0x00]);
    for (const given of [session(version, ticket(20)), cut, indefinite, inside, Buffer.alloc(0), Buffer.from('x')]) {
      expect(withoutPeer(given)).toBe(given);
    }
  });
});
