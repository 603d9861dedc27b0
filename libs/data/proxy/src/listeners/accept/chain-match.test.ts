/** The order of criteria as a running Envoy 1.40 has it. */

import type { FilterChainMatch } from '@weft/data-runtime';
import { describe, expect, it } from 'vitest';
import { testChain } from '../testing/tables.ts';
import { type ConnectionFacts, compileChains } from './chain-match.ts';

const facts: ConnectionFacts = {
  destinationAddress: '10.0.0.5',
  destinationPort: 8080,
  serverName: 'www.example.com',
  transportProtocol: 'tls',
  applicationProtocols: ['h2', 'http/1.1'],
  sourceAddress: '10.0.1.7',
  sourcePort: 40_000,
  directSourceAddress: '10.0.2.9',
};

type Chains = Readonly<Record<string, Partial<FilterChainMatch>>>;

function chosen(chains: Chains, change: Partial<ConnectionFacts> = {}, fallback?: string): string | undefined {
  const list = Object.entries(chains).map(([name, match]) => testChain(name, match));
  const match = compileChains(list, fallback === undefined ? undefined : testChain(fallback));
  return match({ ...facts, ...change })?.name;
}

describe('the choice of a filter chain', () => {
  it.each<[string, Chains, Partial<ConnectionFacts>]>([
    ['a destination port', { right: { destinationPort: 8080 }, other: { destinationPort: 8081 } }, {}],
    [
      'a destination range',
      { right: { destinationRanges: ['10.0.0.0/24'] }, other: { destinationRanges: ['10.9.0.0/16'] } },
      {},
    ],
    [
      'the longer range',
      { other: { destinationRanges: ['10.0.0.0/8'] }, right: { destinationRanges: ['10.0.0.0/24'] } },
      {},
    ],
    [
      'an IPv6 range',
      { right: { destinationRanges: ['fd00::/8'] }, other: { destinationRanges: ['0.0.0.0/0'] } },
      { destinationAddress: 'fd00::1' },
    ],
    [
      'an exact server name',
      { other: { serverNames: ['*.example.com'] }, right: { serverNames: ['www.example.com'] } },
      {},
    ],
    ['the longer wildcard', { other: { serverNames: ['*.com'] }, right: { serverNames: ['*.example.com'] } }, {}],
    ['a transport protocol', { right: { transportProtocol: 'tls' }, other: { transportProtocol: 'raw_buffer' } }, {}],
    [
      'plain text',
      { right: { transportProtocol: 'raw_buffer' }, other: { transportProtocol: 'tls' } },
      { transportProtocol: 'raw_buffer' },
    ],
    [
      'an application protocol',
      { other: { applicationProtocols: ['istio'] }, right: { applicationProtocols: ['http/1.1'] } },
      {},
    ],
    [
      "the client's first application protocol",
      { other: { applicationProtocols: ['http/1.1'] }, right: { applicationProtocols: ['h2'] } },
      {},
    ],
    [
      'a direct source',
      { other: { directSourceRanges: ['10.0.1.0/24'] }, right: { directSourceRanges: ['10.0.2.0/24'] } },
      {},
    ],
    ['an external source', { other: { sourceType: 'same-ip-or-loopback' }, right: { sourceType: 'external' } }, {}],
    [
      'a source of loopback',
      { right: { sourceType: 'same-ip-or-loopback' }, other: { sourceType: 'external' } },
      { sourceAddress: '127.0.0.1' },
    ],
    [
      '127.0.0.2 as external',
      { other: { sourceType: 'same-ip-or-loopback' }, right: { sourceType: 'external' } },
      { sourceAddress: '127.0.0.2' },
    ],
    [
      'the own address as a source',
      { right: { sourceType: 'same-ip-or-loopback' }, other: { sourceType: 'external' } },
      { sourceAddress: '10.0.0.5' },
    ],
    ['a source range', { other: { sourceRanges: ['10.0.2.0/24'] }, right: { sourceRanges: ['10.0.1.0/24'] } }, {}],
    ['a source port', { other: { sourcePorts: [1, 2] }, right: { sourcePorts: [39_999, 40_000] } }, {}],
    ['what says something before what says nothing', { other: {}, right: { sourcePorts: [40_000] } }, {}],
  ])('knows %s', (_, chains, change) => {
    expect(chosen(chains, change)).toBe('right');
    const reversed = Object.fromEntries(Object.entries(chains).reverse());
    expect(chosen(reversed, change)).toBe('right');
  });

  it('decides by port before address, name, transport, ALPN, direct source, source type, source and source port', () => {
    const ladder: readonly Partial<FilterChainMatch>[] = [
      { destinationPort: 8080 },
      { destinationRanges: ['10.0.0.0/8'] },
      { serverNames: ['www.example.com'] },
      { transportProtocol: 'tls' },
      { applicationProtocols: ['h2'] },
      { directSourceRanges: ['10.0.2.0/24'] },
      { sourceType: 'external' },
      { sourceRanges: ['10.0.1.0/24'] },
      { sourcePorts: [40_000] },
    ];
    ladder.forEach((match, at) => {
      const below = ladder.slice(at + 1).map((other, index) => [`below ${index}`, other] as const);
      expect(chosen({ ...Object.fromEntries(below), above: match })).toBe('above');
    });
  });

  it('has no way back: the first criterion that fits leads on, also to nothing', () => {
    const chains = { name: { serverNames: ['www.example.com'], applicationProtocols: ['istio'] }, any: {} };
    expect(chosen(chains)).toBeUndefined();
    expect(chosen(chains, {}, 'fallback')).toBe('fallback');
    expect(chosen(chains, { serverName: 'other.com' })).toBe('any');
  });

  it("takes Istio's five inbound chains as Istio means them", () => {
    const mtls = ['istio-peer-exchange', 'istio', 'istio-http/1.0', 'istio-http/1.1', 'istio-h2'];
    const chains: Chains = {
      'mtls-http': { transportProtocol: 'tls', applicationProtocols: ['istio-http/1.0', 'istio-http/1.1', 'istio-h2'] },
      'plain-http': { transportProtocol: 'raw_buffer', applicationProtocols: ['http/1.0', 'http/1.1', 'h2c'] },
      'mtls-tcp': { transportProtocol: 'tls', applicationProtocols: mtls.slice(0, 2) },
      'plain-tcp': { transportProtocol: 'raw_buffer' },
      'foreign-tls': { transportProtocol: 'tls' },
    };
    const at = (transportProtocol: string, ...applicationProtocols: string[]) =>
      chosen(chains, { transportProtocol, applicationProtocols, serverName: '' });
    expect(at('tls', 'istio-http/1.1', 'istio', 'http/1.1')).toBe('mtls-http');
    expect(at('tls', 'weft-h2', 'istio-http/1.1', 'istio', 'http/1.1')).toBe('mtls-http');
    expect(at('tls', 'istio-peer-exchange', 'istio')).toBe('mtls-tcp');
    expect(at('tls', 'h2', 'http/1.1')).toBe('foreign-tls');
    expect(at('raw_buffer', 'http/1.1')).toBe('plain-http');
    expect(at('raw_buffer', 'h2c')).toBe('plain-http');
    expect(at('raw_buffer')).toBe('plain-tcp');
  });
});
