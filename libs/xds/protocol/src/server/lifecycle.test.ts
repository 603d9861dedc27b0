import { create, fromBinary, type MessageInitShape } from '@bufbuild/protobuf';
import { anyIs, anyUnpack } from '@bufbuild/protobuf/wkt';
import * as grpc from '@grpc/grpc-js';
import { createManualClock } from '@weft/kernel';
import {
  DeltaDiscoveryRequestSchema,
  type DeltaDiscoveryResponse,
  DeltaDiscoveryResponseSchema,
  DiscoveryRequestSchema,
  DiscoveryResponseSchema,
  ResourceSchema,
} from '@weft/xds-messages/envoy/service/discovery/v3/discovery';
import { describe, expect, it } from 'vitest';
import { shortTypeName, xdsTypes } from '../type-urls.ts';
import { createBatchEncoder } from './batch-encoder.ts';
import { deltaVariant } from './delta.ts';
import { defaultXdsServerLimits } from './server.ts';
import { sotwVariant } from './sotw.ts';
import { createXdsStream } from './stream.ts';
import type { OpaqueResource, OpaqueSnapshot } from './types.ts';

const { CDS, EDS, LDS, RDS, SDS } = xdsTypes;

/** "a1 b2": names with versions; "a1@1000" lives for 1000 ms. */
function snapshot(types: Partial<Record<keyof typeof xdsTypes, string>>): OpaqueSnapshot {
  const resources = new Map<string, ReadonlyMap<string, OpaqueResource>>();
  for (const [type, text] of Object.entries(types)) {
    const list = text.split(' ').filter(Boolean);
    const made = list.map((item): [string, OpaqueResource] => {
      const [what = '', ttl] = item.split('@');
      const resource = { name: what.slice(0, 1), version: what.slice(1), bytes: Buffer.from(what) };
      return [resource.name, ttl === undefined ? resource : { ...resource, ttlMs: Number(ttl) }];
    });
    resources.set(xdsTypes[type as keyof typeof xdsTypes], new Map(made));
  }
  return { resources };
}

function incremental(onlyType?: string) {
  const clock = createManualClock();
  const sent: string[] = [];
  const nonces = new Map<string, string>();
  const responses: DeltaDiscoveryResponse[] = [];
  const stream = createXdsStream(
    deltaVariant,
    defaultXdsServerLimits,
    {
      encode: createBatchEncoder(1024, clock).of(deltaVariant),
      mayWrite: () => true,
      write(bytes) {
        const response = fromBinary(DeltaDiscoveryResponseSchema, bytes);
        responses.push(response);
        nonces.set(response.typeUrl, response.nonce);
        const changed = response.resources.map(
          ({ name, version, resource }) => `${name}${version}${resource === undefined ? '~' : ''}`,
        );
        const removed = response.removedResources.map((name) => `-${name}`);
        sent.push([shortTypeName(response.typeUrl), ...changed, ...removed].join(' '));
      },
      onHealth: () => {},
      onAck: () => {},
      onNack: () => {},
      onPush: () => {},
    },
    clock,
    onlyType,
  );
  const ask = (init: MessageInitShape<typeof DeltaDiscoveryRequestSchema>) =>
    stream.receive(create(DeltaDiscoveryRequestSchema, init));
  const answer = (typeUrl: string, message?: string) =>
    ask({
      typeUrl,
      responseNonce: nonces.get(typeUrl) ?? '',
      ...(message === undefined ? {} : { errorDetail: { code: 3, message } }),
    });
  return { clock, stream, ask, answer, responses, sent: () => sent.splice(0) };
}

describe('make before break', () => {
  function meshed() {
    const on = incremental();
    on.stream.serve(snapshot({ CDS: 'a1 b1', EDS: 'a1 b1', LDS: 'l1', RDS: 'r1' }));
    for (const typeUrl of [CDS, LDS]) on.ask({ typeUrl });
    on.ask({ typeUrl: EDS, resourceNamesSubscribe: ['a', 'b'] });
    on.ask({ typeUrl: RDS, resourceNamesSubscribe: ['r'] });
    for (const typeUrl of [CDS, EDS, LDS, RDS]) on.answer(typeUrl);
    on.sent();
    return on;
  }

  it('removes clusters and endpoints when the routes that left them are acknowledged', () => {
    const { stream, sent, answer } = meshed();
    stream.serve(snapshot({ CDS: 'a1 c1', EDS: 'a1', LDS: 'l1', RDS: 'r2' }));
    expect(sent()).toEqual(['CDS c1', 'RDS r2']);
    answer(CDS);
    expect(sent()).toEqual([]);
    answer(RDS);
    expect(sent()).toEqual(['CDS -b', 'EDS -b']);
    answer(CDS);
    answer(EDS);
    expect([...stream.status().values()].map(({ state }) => state)).toEqual(['SYNCED', 'SYNCED', 'SYNCED', 'SYNCED']);
  });

  it('keeps them as long as the new routes are refused', () => {
    const { stream, sent, answer } = meshed();
    stream.serve(snapshot({ CDS: 'a1', EDS: 'a1', LDS: 'l1', RDS: 'r2' }));
    expect(sent()).toEqual(['RDS r2']);
    answer(RDS, 'no such filter');
    expect(sent()).toEqual([]);
    expect(stream.status().get(RDS)).toMatchObject({ state: 'ERROR', error: 'no such filter' });
    stream.serve(snapshot({ CDS: 'a1', EDS: 'a1', LDS: 'l1', RDS: 'r3' }));
    expect(sent()).toEqual(['RDS r3']);
    answer(RDS);
    expect(sent()).toEqual(['CDS -b', 'EDS -b']);
  });

  it('says nothing of what comes back before it went', () => {
    const { stream, sent, answer } = meshed();
    stream.serve(snapshot({ CDS: 'a1', EDS: 'a1', LDS: 'l1', RDS: 'r2' }));
    stream.serve(snapshot({ CDS: 'a1 b1', EDS: 'a1 b1', LDS: 'l1', RDS: 'r2' }));
    expect(sent()).toEqual(['RDS r2']);
    answer(RDS);
    expect(sent()).toEqual([]);
  });

  it('lists what is held back in a state of the world, which would remove it by silence', () => {
    const clock = createManualClock();
    const sent: string[] = [];
    const nonces = new Map<string, string>();
    const stream = createXdsStream(
      sotwVariant,
      defaultXdsServerLimits,
      {
        encode: createBatchEncoder(1024, clock).of(sotwVariant),
        mayWrite: () => true,
        write(bytes) {
          const { typeUrl, nonce, resources } = fromBinary(DiscoveryResponseSchema, bytes);
          nonces.set(typeUrl, nonce);
          sent.push([shortTypeName(typeUrl), ...resources.map(({ value }) => Buffer.from(value).toString())].join(' '));
        },
        onHealth: () => {},
        onAck: () => {},
        onNack: () => {},
        onPush: () => {},
      },
      clock,
    );
    const ask = (typeUrl: string, resourceNames: string[] = []) =>
      stream.receive(
        create(DiscoveryRequestSchema, { typeUrl, resourceNames, responseNonce: nonces.get(typeUrl) ?? '' }),
      );
    stream.serve(snapshot({ CDS: 'a1 b1', RDS: 'r1' }));
    ask(CDS);
    ask(CDS);
    ask(RDS, ['r']);
    ask(RDS, ['r']);
    sent.splice(0);
    stream.serve(snapshot({ CDS: 'a2', RDS: 'r2' }));
    expect(sent.splice(0)).toEqual(['CDS a2 b1', 'RDS r2']);
    ask(CDS);
    expect(sent.splice(0)).toEqual([]);
    ask(RDS, ['r']);
    expect(sent.splice(0)).toEqual(['CDS a2']);
  });
});

describe('clusters on demand', () => {
  it('are sent by name, beside nothing else, and told to be missing', () => {
    const { stream, sent, ask, answer } = incremental();
    stream.serve(snapshot({ CDS: 'a1 b1' }));
    ask({ typeUrl: CDS, resourceNamesSubscribe: ['b', 'x'] });
    expect(sent()).toEqual(['CDS b1 -x']);
    answer(CDS);
    ask({ typeUrl: CDS, resourceNamesUnsubscribe: ['b'] });
    stream.serve(snapshot({ CDS: 'a2 b2 x1' }));
    expect(sent()).toEqual(['CDS x1']);
  });
});

describe('a resource with a lifetime', () => {
  it('is told to live on before half of its time is over, without its content, until it is gone', () => {
    const { stream, sent, ask, answer, clock, responses } = incremental();
    stream.serve(snapshot({ SDS: 'a1@1000 b1' }));
    ask({ typeUrl: SDS, resourceNamesSubscribe: ['a', 'b'] });
    expect(sent()).toEqual(['SDS a1 b1']);
    expect(responses[0]?.resources.map(({ ttl }) => ttl?.seconds)).toEqual([1n, undefined]);
    answer(SDS);
    clock.advance(500);
    expect(sent()).toEqual(['SDS a1~']);
    answer(SDS);
    clock.advance(500);
    expect(sent()).toEqual(['SDS a1~']);
    answer(SDS);
    stream.serve(snapshot({ SDS: 'b1' }));
    expect(sent()).toEqual(['SDS -a']);
    answer(SDS);
    clock.advance(10_000);
    expect([sent(), clock.pending()]).toEqual([[], 0]);
  });

  it('travels in a Resource in a state of the world, and leaves no timer behind', () => {
    const clock = createManualClock();
    const written: Buffer[] = [];
    const stream = createXdsStream(
      sotwVariant,
      defaultXdsServerLimits,
      {
        encode: createBatchEncoder(1024, clock).of(sotwVariant),
        mayWrite: () => true,
        write: (bytes) => void written.push(bytes),
        onHealth: () => {},
        onAck: () => {},
        onNack: () => {},
        onPush: () => {},
      },
      clock,
    );
    stream.serve(snapshot({ SDS: 'a1@1000' }));
    stream.receive(create(DiscoveryRequestSchema, { typeUrl: SDS, resourceNames: ['a'] }));
    stream.receive(create(DiscoveryRequestSchema, { typeUrl: SDS, resourceNames: ['a'], responseNonce: '1' }));
    clock.advance(500);
    const [content, heartbeat] = written.map((bytes) => fromBinary(DiscoveryResponseSchema, bytes).resources[0]);
    expect(content && anyIs(content, ResourceSchema)).toBe(true);
    const told = heartbeat && anyUnpack(heartbeat, ResourceSchema);
    expect([told?.name, told?.resource]).toEqual(['a', undefined]);
    stream.stop();
    expect(clock.pending()).toBe(0);
  });
});

describe('a service of one type', () => {
  it('takes requests without a type, and refuses those of another', () => {
    const { stream, sent, ask } = incremental(CDS);
    stream.serve(snapshot({ CDS: 'a1', LDS: 'l1' }));
    expect(ask({ typeUrl: LDS })?.status).toBe(grpc.status.INVALID_ARGUMENT);
    ask({});
    expect(sent()).toEqual(['CDS a1']);
  });
});

describe('the bounds of a request', () => {
  it.each([
    ['a nonce', { typeUrl: CDS, responseNonce: 'x'.repeat(129) }],
    ['a type URL', { typeUrl: `type.googleapis.com/${'x'.repeat(256)}` }],
    ['a name', { typeUrl: EDS, resourceNamesSubscribe: ['x'.repeat(2049)] }],
    ['a name to forget', { typeUrl: EDS, resourceNamesUnsubscribe: ['x'.repeat(2049)] }],
    ['a name held from before', { typeUrl: EDS, initialResourceVersions: { ['x'.repeat(2049)]: '1' } }],
  ])('end the stream at %s that is too long', (_what, request) => {
    expect(incremental().ask(request)).toMatchObject({ refused: true, reason: expect.stringMatching(/longer than/) });
  });

  it('are kept over floods of subscriptions and their ends', () => {
    const { stream, ask } = incremental();
    stream.serve(snapshot({ EDS: 'a1' }));
    for (let round = 0; round < 1000; round++) {
      const names = Array.from({ length: 40 }, (_, index) => `${round}-${index}`);
      expect(ask({ typeUrl: EDS, resourceNamesSubscribe: names })).toBeUndefined();
      expect(ask({ typeUrl: EDS, resourceNamesUnsubscribe: names })).toBeUndefined();
    }
  });
});
