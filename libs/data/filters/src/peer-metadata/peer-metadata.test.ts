/** Peer metadata there and back, and what is not. */

import { type Endpoint, unknownWorkload } from '@weft/data-runtime';
import { createSeededRandom } from '@weft/kernel';
import { describe, expect, it } from 'vitest';
import { testExchange } from '../testing/exchange.ts';
import {
  createPeerMetadataIn,
  createPeerMetadataOut,
  knownPeersMax,
  metadataCharsMax,
  parseMetadata,
} from './peer-metadata.ts';
import { decodeStruct, encodeStruct } from './struct.ts';

const deps = { proxy: { self: () => unknownWorkload } };

describe('peer metadata', () => {
  it('comes back as it was', () => {
    const struct = { A: 'x', LONG: 'y'.repeat(300), LABELS: { app: 'order', version: 'v1' } };
    expect(decodeStruct(encodeStruct(struct))).toEqual(struct);
  });

  it('has Istio’s keys', () => {
    // {"NAMESPACE": "shop", "LABELS": {"app": "order"}} as protobuf writes it.
    const text = Buffer.concat([
      Buffer.from([0x0a, 0x13, 0x0a, 9]),
      Buffer.from('NAMESPACE'),
      Buffer.from([0x12, 6, 0x1a, 4]),
      Buffer.from('shop'),
      Buffer.from([0x0a, 0x1c, 0x0a, 6]),
      Buffer.from('LABELS'),
      Buffer.from([0x12, 0x12, 0x2a, 0x10, 0x0a, 0x0e, 0x0a, 3]),
      Buffer.from('app'),
      Buffer.from([0x12, 7, 0x1a, 5]),
      Buffer.from('order'),
    ]).toString('base64');
    expect(parseMetadata(text)).toMatchObject({
      namespace: 'shop',
      app: 'order',
      version: 'unknown',
      canonicalRevision: 'latest',
    });
  });

  it('never throws on what is none', () => {
    const random = createSeededRandom(1);
    for (let i = 0; i < 2_000; i += 1) {
      const bytes = Buffer.from(Array.from({ length: Math.floor(random() * 40) }, () => Math.floor(random() * 256)));
      expect(() => parseMetadata(bytes.toString('base64'))).not.toThrow();
    }
  });
});

describe('what is said of this proxy', () => {
  it('goes to endpoints of the mesh only', () => {
    const said = (verify: 'mesh' | 'public' | 'none' | undefined): boolean => {
      const exchange = testExchange({});
      const tls = verify === undefined ? undefined : { verify };
      exchange.endpoint = { ...exchange.endpoint, tls } as Endpoint;
      createPeerMetadataOut(deps).onRequest?.(exchange);
      return exchange.introduction !== '';
    };
    expect((['mesh', 'public', 'none', undefined] as const).map(said)).toEqual([true, false, false, false]);
  });
});

describe('what peers say of themselves', () => {
  const textOf = (name: string): string => encodeStruct({ WORKLOAD_NAME: name }).toString('base64');
  const peerOf = (filter: ReturnType<typeof createPeerMetadataIn>, text: string) => {
    const exchange = testExchange({ fields: ['x-envoy-peer-metadata', text] });
    filter.onRequest?.(exchange);
    return exchange.peerWorkload;
  };

  it('is read once for all connections, for as many peers as the bound says', () => {
    const filter = createPeerMetadataIn(deps);
    const first = peerOf(filter, textOf('first'));
    expect(first).toMatchObject({ workload: 'first' });
    for (let i = 1; i < knownPeersMax; i += 1) peerOf(filter, textOf(`other-${i}`));
    expect(peerOf(filter, textOf('first'))).toBe(first);
    peerOf(filter, textOf('one too many'));
    const again = peerOf(filter, textOf('first'));
    expect(again).toEqual(first);
    expect(again).not.toBe(first);
  });

  it('is not read where it is too long', () => {
    const text = textOf('x'.repeat(metadataCharsMax));
    expect(peerOf(createPeerMetadataIn(deps), text)).toBeUndefined();
  });

  it('is taken off and not believed without an identity', () => {
    const exchange = testExchange({ fields: ['a', 'b', 'x-envoy-peer-metadata', textOf('liar')], peerUri: undefined });
    createPeerMetadataIn(deps).onRequest?.(exchange);
    expect(exchange.peerWorkload).toBeUndefined();
    expect(exchange.request.fields).toEqual(['a', 'b']);
  });

  it('is answered where it was said, and only there', () => {
    const filter = createPeerMetadataIn(deps);
    const answers = [['x-envoy-peer-metadata', textOf('order')], []].map((fields) => {
      const exchange = testExchange({ fields });
      exchange.responseFields = ['x-envoy-peer-metadata', 'of the application', 'a', 'b'];
      filter.onRequest?.(exchange);
      filter.onResponse?.(exchange);
      return exchange.responseFields.filter((_, index) => index % 2 === 0);
    });
    expect(answers).toEqual([['a', 'x-envoy-peer-metadata', 'x-envoy-peer-metadata-id'], ['a']]);
  });

  it('does not reach the application that asked', () => {
    const exchange = testExchange({ direction: 'outbound' });
    exchange.responseFields = ['x-envoy-peer-metadata', 'x', 'x-envoy-peer-metadata-id', 'y', 'a', 'b'];
    createPeerMetadataOut(deps).onResponse?.(exchange);
    expect(exchange.responseFields).toEqual(['a', 'b']);
  });
});
