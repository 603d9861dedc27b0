import { create, fromBinary, type MessageInitShape } from '@bufbuild/protobuf';
import * as grpc from '@grpc/grpc-js';
import { createManualClock } from '@weft/kernel';
import {
  type DeltaDiscoveryRequest,
  DeltaDiscoveryRequestSchema,
  type DeltaDiscoveryResponse,
  DeltaDiscoveryResponseSchema,
  type DiscoveryRequest,
  DiscoveryRequestSchema,
  type DiscoveryResponse,
  DiscoveryResponseSchema,
} from '@weft/xds-messages/envoy/service/discovery/v3/discovery';
import { describe, expect, it } from 'vitest';
import { healthTypeUrl, shortTypeName, xdsTypes } from '../type-urls.ts';
import { createBatchEncoder } from './batch-encoder.ts';
import { deltaVariant } from './delta.ts';
import { defaultXdsServerLimits } from './server.ts';
import { sotwVariant } from './sotw.ts';
import { createXdsStream, type StreamEvents, type XdsStream } from './stream.ts';
import type { OpaqueSnapshot, XdsServerLimits } from './types.ts';

const { CDS, EDS, LDS, RDS, SDS } = xdsTypes;
const limits: XdsServerLimits = {
  ...defaultXdsServerLimits,
  streamsMax: 4,
  typesPerStreamMax: 3,
  namesPerTypeMax: 5,
  nameLengthMax: 50,
  reasonLengthMax: 20,
};

/** "a1 b2" per type: names with versions. */
function snapshot(types: Partial<Record<keyof typeof xdsTypes, string>>): OpaqueSnapshot {
  const resources = new Map();
  for (const [type, text] of Object.entries(types)) {
    const list = text.split(' ').filter(Boolean);
    const byName = new Map(
      list.map((item) => [
        item.slice(0, 1),
        { name: item.slice(0, 1), version: item.slice(1), bytes: Buffer.from(item) },
      ]),
    );
    resources.set(xdsTypes[type as keyof typeof xdsTypes], byName);
  }
  return { resources };
}

interface Wire<Request> {
  readonly stream: XdsStream<Request>;
  /** "CDS a1 b1 -c": what was sent since last asked. */
  sent(): string[];
  readonly notes: string[];
  room: boolean;
  lastNonce(typeUrl: string): string;
}

function wire<Request, Response extends { typeUrl: string; nonce: string }>(
  make: (events: StreamEvents) => XdsStream<Request>,
  encode: StreamEvents['encode'],
  decode: (bytes: Buffer) => Response,
  print: (response: Response) => string,
): Wire<Request> {
  const sent: string[] = [];
  const nonces = new Map<string, string>();
  const notes: string[] = [];
  const self: Wire<Request> = {
    room: true,
    notes,
    sent: () => sent.splice(0),
    lastNonce: (typeUrl: string) => nonces.get(typeUrl) ?? '',
    stream: make({
      encode,
      mayWrite: () => self.room,
      write(bytes) {
        const response = decode(bytes);
        nonces.set(response.typeUrl, response.nonce);
        sent.push(`${shortTypeName(response.typeUrl)} ${print(response)}`.trim());
      },
      onHealth: (healthy, message) => notes.push(`health ${healthy} ${message}`),
      onAck: (typeUrl) => notes.push(`ack ${shortTypeName(typeUrl)}`),
      onNack: (typeUrl, reason) => notes.push(`nack ${shortTypeName(typeUrl)} ${reason}`),
      onPush: () => {},
    }),
  };
  return self;
}

function sotw() {
  const clock = createManualClock();
  const on = wire<DiscoveryRequest, DiscoveryResponse>(
    (events) => createXdsStream(sotwVariant, limits, events, clock),
    createBatchEncoder(1024, clock).of(sotwVariant),
    (bytes) => fromBinary(DiscoveryResponseSchema, bytes),
    (response) => response.resources.map(({ value }) => Buffer.from(value).toString()).join(' '),
  );
  const ask = (init: MessageInitShape<typeof DiscoveryRequestSchema>) =>
    on.stream.receive(create(DiscoveryRequestSchema, init));
  const ack = (typeUrl: string, resourceNames: string[] = []) =>
    ask({ typeUrl, resourceNames, responseNonce: on.lastNonce(typeUrl), versionInfo: 'v' });
  const nack = (typeUrl: string, message: string, resourceNames: string[] = []) =>
    ask({ typeUrl, resourceNames, responseNonce: on.lastNonce(typeUrl), errorDetail: { code: 3, message } });
  return { ...on, on, ask, ack, nack, clock };
}

function delta() {
  const clock = createManualClock();
  const on = wire<DeltaDiscoveryRequest, DeltaDiscoveryResponse>(
    (events) => createXdsStream(deltaVariant, limits, events, clock),
    createBatchEncoder(1024, clock).of(deltaVariant),
    (bytes) => fromBinary(DeltaDiscoveryResponseSchema, bytes),
    (response) =>
      [
        ...response.resources.map(({ name, version }) => `${name}${version}`),
        ...response.removedResources.map((name) => `-${name}`),
      ].join(' '),
  );
  const ask = (init: MessageInitShape<typeof DeltaDiscoveryRequestSchema>) =>
    on.stream.receive(create(DeltaDiscoveryRequestSchema, init));
  const ack = (typeUrl: string) => ask({ typeUrl, responseNonce: on.lastNonce(typeUrl) });
  return { ...on, on, ask, ack, clock };
}

describe('state of the world', () => {
  it('answers an empty first list of LDS and CDS with everything, and tells a removal by absence', () => {
    const { stream, sent, ask, ack } = sotw();
    stream.serve(snapshot({ CDS: 'a1 b1' }));
    ask({ typeUrl: CDS });
    expect(sent()).toEqual(['CDS a1 b1']);
    ack(CDS);
    expect(sent()).toEqual([]);
    stream.serve(snapshot({ CDS: 'b1' }));
    expect(sent()).toEqual(['CDS b1']);
  });

  it('serves LDS by name, as proxyless gRPC asks for it, without the others', () => {
    const { stream, sent, ask, ack } = sotw();
    stream.serve(snapshot({ LDS: 'a1 b1' }));
    ask({ typeUrl: LDS, resourceNames: ['a'] });
    expect(sent()).toEqual(['LDS a1']);
    ack(LDS, ['a']);
    stream.serve(snapshot({ LDS: 'a1 b2' }));
    expect(sent()).toEqual([]);
    ack(LDS, ['a', 'b']);
    expect(sent()).toEqual(['LDS a1 b2']);
    ack(LDS, ['a', 'b']);
    stream.serve(snapshot({ LDS: 'b2' }));
    expect(sent()).toEqual(['LDS b2']);
  });

  it('answers a name that does not exist, so that the client need not wait', () => {
    const { stream, sent, ask } = sotw();
    stream.serve(snapshot({ LDS: 'a1' }));
    ask({ typeUrl: LDS, resourceNames: ['x'] });
    expect(sent()).toEqual(['LDS']);
  });

  it('sends of EDS what changed, and what is asked for anew', () => {
    const { stream, sent, ask, ack } = sotw();
    stream.serve(snapshot({ EDS: 'a1 b1 c1' }));
    ask({ typeUrl: EDS, resourceNames: ['a', 'b'] });
    expect(sent()).toEqual(['EDS a1 b1']);
    ack(EDS, ['a', 'b']);
    stream.serve(snapshot({ EDS: 'a1 b2 c1' }));
    expect(sent()).toEqual(['EDS b2']);
    ack(EDS, ['a']);
    expect(sent()).toEqual([]);
    ack(EDS, ['a', 'b']);
    expect(sent()).toEqual(['EDS b2']);
  });

  it('takes an empty list as the end of a subscription by name, also for LDS', () => {
    for (const [typeUrl, type] of [
      [LDS, 'LDS'],
      [RDS, 'RDS'],
    ] as const) {
      const { stream, sent, ask, ack } = sotw();
      stream.serve(snapshot({ [type]: 'a1' }));
      ask({ typeUrl, resourceNames: ['a'] });
      ack(typeUrl, []);
      sent();
      stream.serve(snapshot({ [type]: 'a2' }));
      expect(sent()).toEqual([]);
    }
  });

  it('ignores a stale nonce', () => {
    const { stream, sent, ask, notes } = sotw();
    stream.serve(snapshot({ EDS: 'a1 b1' }));
    ask({ typeUrl: EDS, resourceNames: ['a'] });
    sent();
    ask({ typeUrl: EDS, resourceNames: ['a', 'b'], responseNonce: 'old' });
    expect(sent()).toEqual([]);
    expect(notes).toEqual([]);
  });

  it('records a refusal with its reason and sends nothing until something changes', () => {
    const { stream, sent, ask, nack, ack, notes } = sotw();
    stream.serve(snapshot({ CDS: 'a1' }));
    ask({ typeUrl: CDS });
    ack(CDS);
    stream.serve(snapshot({ CDS: 'a2' }));
    nack(CDS, 'bad a');
    expect(sent()).toEqual(['CDS a1', 'CDS a2']);
    expect(notes).toEqual(['ack CDS', 'nack CDS bad a']);
    const status = stream.status().get(CDS);
    expect(status).toMatchObject({ state: 'ERROR', error: 'bad a' });
    expect(status?.version).not.toBe('');
    stream.serve(snapshot({ CDS: 'a3' }));
    expect(sent()).toEqual(['CDS a3']);
    ack(CDS);
    expect(stream.status().get(CDS)?.state).toBe('SYNCED');
  });

  it('starts over on a new stream whatever nonce the client brings', () => {
    const { stream, sent, ask } = sotw();
    stream.serve(snapshot({ EDS: 'a1' }));
    ask({ typeUrl: EDS, resourceNames: ['a'], responseNonce: '77', versionInfo: 'from before' });
    expect(sent()).toEqual(['EDS a1']);
  });
});

describe('incremental', () => {
  it('sends what changed and names what is gone', () => {
    const { stream, sent, ask, ack } = delta();
    stream.serve(snapshot({ CDS: 'a1 b1' }));
    ask({ typeUrl: CDS });
    ack(CDS);
    stream.serve(snapshot({ CDS: 'a2 c1' }));
    expect(sent()).toEqual(['CDS a1 b1', 'CDS a2 c1 -b']);
  });

  it('takes "*" with and beside names, and its end', () => {
    const { stream, sent, ask, ack } = delta();
    stream.serve(snapshot({ EDS: 'a1 b1' }));
    ask({ typeUrl: EDS, resourceNamesSubscribe: ['*', 'x'] });
    expect(sent()).toEqual(['EDS a1 b1 -x']);
    ack(EDS);
    ask({ typeUrl: EDS, resourceNamesSubscribe: ['b'], resourceNamesUnsubscribe: ['*'] });
    expect(sent()).toEqual(['EDS b1']);
    ack(EDS);
    stream.serve(snapshot({ EDS: 'a2 b2' }));
    expect(sent()).toEqual(['EDS b2']);
  });

  it('answers unknown names as removed once, and sends them when they come', () => {
    const { stream, sent, ask, ack } = delta();
    stream.serve(snapshot({ RDS: '' }));
    ask({ typeUrl: RDS, resourceNamesSubscribe: ['a'] });
    ack(RDS);
    stream.serve(snapshot({ RDS: 'b1' }));
    expect(sent()).toEqual(['RDS -a']);
    stream.serve(snapshot({ RDS: 'a1 b1' }));
    expect(sent()).toEqual(['RDS a1']);
  });

  it('sends again what is asked for again', () => {
    const { stream, sent, ask, ack } = delta();
    stream.serve(snapshot({ RDS: 'a1' }));
    ask({ typeUrl: RDS, resourceNamesSubscribe: ['a'] });
    ack(RDS);
    ask({ typeUrl: RDS, resourceNamesSubscribe: ['a'] });
    expect(sent()).toEqual(['RDS a1', 'RDS a1']);
  });

  it('re-sends nothing that a returning client holds', () => {
    const { stream, sent, ask } = delta();
    stream.serve(snapshot({ CDS: 'a1 b2', EDS: 'a1' }));
    ask({ typeUrl: CDS, resourceNamesSubscribe: ['*'], initialResourceVersions: { a: '1', b: '1', gone: '1' } });
    ask({ typeUrl: EDS, resourceNamesSubscribe: ['a'], initialResourceVersions: { a: '1', other: '1' } });
    expect(sent()).toEqual(['CDS b2 -gone', 'EDS']);
  });

  it('keeps a change of names that comes with a stale nonce, and not its verdict', () => {
    const { stream, sent, ask, ack, notes } = delta();
    stream.serve(snapshot({ EDS: 'a1 b1' }));
    ask({ typeUrl: EDS, resourceNamesSubscribe: ['a'] });
    ask({ typeUrl: EDS, resourceNamesSubscribe: ['b'], responseNonce: 'old', errorDetail: { message: 'no' } });
    expect(notes).toEqual([]);
    ack(EDS);
    expect(sent()).toEqual(['EDS a1', 'EDS b1']);
  });

  it('has one response of a type in flight, and the latest snapshot wins', () => {
    const { stream, sent, ask, ack } = delta();
    stream.serve(snapshot({ CDS: 'a1' }));
    ask({ typeUrl: CDS });
    for (let version = 2; version < 100; version++) stream.serve(snapshot({ CDS: `a${version}` }));
    expect(sent()).toEqual(['CDS a1']);
    expect(stream.status().get(CDS)?.state).toBe('STALE');
    ack(CDS);
    expect(sent()).toEqual(['CDS a99']);
  });

  it('pushes clusters and endpoints before listeners and routes, and holds those back while clusters wait', () => {
    const { stream, sent, ask, ack } = delta();
    for (const typeUrl of [RDS, LDS, CDS]) ask({ typeUrl, resourceNamesSubscribe: ['*'] });
    stream.serve(snapshot({ RDS: 'r1', LDS: 'l1', CDS: 'c1' }));
    expect(sent()).toEqual(['CDS c1', 'LDS l1', 'RDS r1']);
    ack(LDS);
    ack(RDS);
    stream.serve(snapshot({ RDS: 'r2', LDS: 'l1', CDS: 'c1 d1' }));
    expect(sent()).toEqual([]);
    ack(CDS);
    expect(sent()).toEqual(['CDS d1', 'RDS r2']);
  });

  it('sends the endpoints of a changed cluster again, so that the proxy can warm it', () => {
    const { stream, sent, ask, ack } = delta();
    stream.serve(snapshot({ CDS: 'a1', EDS: 'a1' }));
    ask({ typeUrl: CDS });
    ask({ typeUrl: EDS, resourceNamesSubscribe: ['a'] });
    ack(CDS);
    ack(EDS);
    sent();
    stream.serve(snapshot({ CDS: 'a2', EDS: 'a1' }));
    expect(sent()).toEqual(['CDS a2', 'EDS a1']);
  });

  it('stops when the transport is full and goes on with the latest when it is not', () => {
    const { stream, sent, ask, on } = delta();
    on.room = false;
    for (const typeUrl of [CDS, LDS]) ask({ typeUrl });
    stream.serve(snapshot({ CDS: 'c1', LDS: 'l1' }));
    expect(sent()).toEqual([]);
    stream.serve(snapshot({ CDS: 'c1', LDS: 'l2' }));
    on.room = true;
    stream.flush();
    expect(sent()).toEqual(['CDS c1', 'LDS l2']);
  });

  it('keeps no more of a reason than its bound', () => {
    const { stream, ask, on, notes } = delta();
    const long = 'x'.repeat(limits.reasonLengthMax + 1);
    const kept = 'x'.repeat(limits.reasonLengthMax);
    stream.serve(snapshot({ CDS: 'a1' }));
    ask({ typeUrl: CDS, resourceNamesSubscribe: ['*'] });
    ask({ typeUrl: CDS, responseNonce: on.lastNonce(CDS), errorDetail: { message: long } });
    ask({ typeUrl: healthTypeUrl, errorDetail: { message: long } });
    expect(notes).toEqual([`nack CDS ${kept}`, `health false ${kept}`]);
    expect(stream.status().get(CDS)?.error).toBe(kept);
  });

  it('passes health reports on without taking them for subscriptions', () => {
    const { ask, notes, stream } = delta();
    ask({ typeUrl: healthTypeUrl });
    ask({ typeUrl: healthTypeUrl, errorDetail: { code: 500, message: 'down' } });
    expect(notes).toEqual(['health true ', 'health false down']);
    expect(stream.status().size).toBe(0);
  });
});

describe('bounds', () => {
  it('end the stream at too many types, too many names at once or in all, a long name, a missing type', () => {
    const names = ['a', 'b', 'c', 'd', 'e', 'f'];
    const types = delta();
    for (const typeUrl of [CDS, EDS, LDS]) expect(types.ask({ typeUrl })).toBeUndefined();
    expect(types.ask({ typeUrl: SDS })?.status).toBe(grpc.status.RESOURCE_EXHAUSTED);
    const request = (init: MessageInitShape<typeof DeltaDiscoveryRequestSchema>) => delta().ask(init);
    const exhausted = { status: grpc.status.RESOURCE_EXHAUSTED };
    expect(request({ typeUrl: EDS, resourceNamesSubscribe: names })).toMatchObject(exhausted);
    expect(request({ typeUrl: EDS, resourceNamesUnsubscribe: names })).toMatchObject(exhausted);
    const versions = Object.fromEntries(names.map((name) => [name, '1']));
    expect(request({ typeUrl: EDS, initialResourceVersions: versions })).toMatchObject(exhausted);
    expect(request({ typeUrl: EDS, resourceNamesSubscribe: ['x'.repeat(51)] })).toMatchObject(exhausted);
    expect(sotw().ask({ typeUrl: EDS, resourceNames: names })).toMatchObject(exhausted);
    expect(request({ typeUrl: '' })?.status).toBe(grpc.status.INVALID_ARGUMENT);
    const grows = delta();
    expect(grows.ask({ typeUrl: EDS, resourceNamesSubscribe: names.slice(0, 5) })).toBeUndefined();
    expect(grows.ask({ typeUrl: EDS, resourceNamesSubscribe: ['g'] })).toMatchObject(exhausted);
  });
});
