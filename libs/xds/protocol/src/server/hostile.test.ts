/** Clients that want too much, say too much or read nothing, and the services that only some clients use; over a real connection. */

import { create, type MessageInitShape, toBinary } from '@bufbuild/protobuf';
import * as grpc from '@grpc/grpc-js';
import { createManualClock } from '@weft/kernel';
import type { NodeSchema } from '@weft/xds-messages/envoy/config/core/v3/base';
import {
  DeltaDiscoveryRequestSchema,
  type DeltaDiscoveryResponse,
} from '@weft/xds-messages/envoy/service/discovery/v3/discovery';
import { describe, expect, it } from 'vitest';
import { xdsTypes } from '../type-urls.ts';
import { serve, snapshot } from './testing/served.ts';
import type { XdsServerLimits } from './types.ts';

const { CDS, EDS, LDS, SDS } = xdsTypes;

describe('a client of one type a stream', () => {
  it.each([
    ['cluster', 'Cluster', 'Clusters', CDS, 'c1'],
    ['endpoint', 'Endpoint', 'Endpoints', EDS, 'e1'],
    ['listener', 'Listener', 'Listeners', LDS, 'l1'],
    ['secret', 'Secret', 'Secrets', SDS, 's1'],
  ])('is served by the %s service', async (pack, service, plural, typeUrl, name) => {
    const { open } = await serve(snapshot('c1 e1 l1 s1'));
    const { ask, next } = open('p', {
      path: `/envoy.service.${pack}.v3.${service}DiscoveryService/Delta${plural}`,
    });
    const answer = next();
    ask('', [name]);
    expect(await answer).toMatchObject({ typeUrl, resources: [{ name }] });
  });

  it('has the state of all its streams', async () => {
    const { open, xds } = await serve(snapshot('c1 e1'));
    for (const [typeUrl, name] of [
      [CDS, 'c1'],
      [EDS, 'e1'],
    ] as const) {
      const { ask, next } = open('p');
      const answer = next();
      ask(typeUrl, [name]);
      await answer;
    }
    expect([...(xds.status('p')?.keys() ?? [])]).toEqual([CDS, EDS]);
  });
});

describe('too many streams', () => {
  it('of one proxy are refused', async () => {
    const { open } = await serve(snapshot('c1'), { streamsPerProxyMax: 1 });
    const first = open('p');
    const answer = first.next();
    first.ask(CDS);
    await answer;
    const second = open('p');
    second.ask(CDS);
    expect(await second.ended).toMatchObject({ code: grpc.status.RESOURCE_EXHAUSTED, details: /of one proxy/ });
  });

  it('of one identity are refused, whatever they call themselves, until some have ended', async () => {
    const { open, until, gone } = await serve(snapshot('c1'), { streamsPerIdentityMax: 2 });
    const connect = async (id: string, who: string) => {
      const stream = open(id, { who });
      const answer = Promise.race([stream.next().then(() => 'served'), stream.ended.then(({ details }) => details)]);
      stream.ask(CDS);
      return { stream, outcome: await answer };
    };
    const first = await connect('a', 'x');
    await connect('b', 'x');
    expect((await connect('c', 'x')).outcome).toBe('more than 2 streams of one identity');
    expect((await connect('d', 'y')).outcome).toBe('served');
    first.stream.call.cancel();
    await until(() => gone.includes('a'));
    expect((await connect('c', 'x')).outcome).toBe('served');
  });
});

describe('a node', () => {
  const hello = async (node: MessageInitShape<typeof NodeSchema>, limits: Partial<XdsServerLimits> = {}) => {
    const { open, xds } = await serve(snapshot('c1'), limits);
    const { call, next, ended } = open('p');
    const answer = Promise.race([next().then(() => 'served'), ended.then(({ details }) => details)]);
    const request = create(DeltaDiscoveryRequestSchema, { node, typeUrl: CDS });
    call.write(toBinary(DeltaDiscoveryRequestSchema, request));
    return { outcome: await answer, kept: xds.clients()[0]?.node };
  };

  it('is kept without its list of extensions, which is long and read by nobody', async () => {
    const extensions = Array.from({ length: 1_000 }, (_, at) => ({ name: `extension-${at}` }));
    const { outcome, kept } = await hello({ id: 'p', metadata: { NAMESPACE: 'shop' }, extensions });
    expect(outcome).toBe('served');
    expect(kept).toMatchObject({ id: 'p', metadata: { NAMESPACE: 'shop' }, extensions: [] });
  });

  it('larger than its bound is refused', async () => {
    const node = { id: 'p', metadata: { LABELS: { a: 'x'.repeat(200) } } };
    expect((await hello(node, { nodeBytesMax: 200 })).outcome).toBe('the node is larger than 200 bytes');
    expect((await hello(node, { nodeBytesMax: 300 })).outcome).toBe('served');
  });
});

describe('a client that refuses all it is sent', () => {
  it('is sent each change once, heard once of each, and ended where it asks again and again', async () => {
    const { open, xds, until, refusals } = await serve(snapshot('c1'), { requestsBurstMax: 40 }, createManualClock());
    const { call, ended } = open('p');
    const sent: string[] = [];
    const refuse = (nonce: string, again: boolean): void => {
      const request = create(DeltaDiscoveryRequestSchema, {
        node: { id: 'p' },
        typeUrl: CDS,
        responseNonce: nonce,
        ...(nonce === '' ? {} : { errorDetail: { code: 3, message: `no ${nonce}` } }),
        ...(again ? { resourceNamesUnsubscribe: ['c1'], resourceNamesSubscribe: ['c1'] } : {}),
      });
      call.write(toBinary(DeltaDiscoveryRequestSchema, request));
    };
    call.on('data', ({ nonce, resources }: DeltaDiscoveryResponse) => {
      sent.push(`${nonce} ${resources.map(({ version }) => version).join(' ')}`);
      // The same refusal three times over.
      for (let times = 0; times < 3; times++) refuse(nonce, false);
    });
    refuse('', false);
    await until(() => refusals.length === 1);
    for (const version of ['2', '3']) {
      xds.setSnapshot('p', snapshot('c1', 3, version));
      await until(() => refusals.length === Number(version));
    }
    expect(sent).toEqual(['1 1', '2 2', '3 3']);
    expect(refusals).toEqual(['no 1', 'no 2', 'no 3']);
    expect(xds.status('p')?.get(CDS)).toMatchObject({ state: 'ERROR', error: 'no 3' });
    for (let times = 0; times < 40; times++) refuse('3', true);
    expect(await ended).toMatchObject({ code: grpc.status.RESOURCE_EXHAUSTED, details: /requests a second/ });
  });
});

it('a flood of requests ends its stream', async () => {
  const { open } = await serve(snapshot('c1'), { requestsBurstMax: 50 }, createManualClock());
  const { ask, ended, call } = open('p');
  call.on('data', () => {});
  for (let i = 0; i < 100; i++) ask(EDS, [`e${i}`]);
  expect(await ended).toMatchObject({ code: grpc.status.RESOURCE_EXHAUSTED, details: /requests a second/ });
});

it('a client that reads nothing is cut off, and what was held for it is let go', async () => {
  const clock = createManualClock();
  const { open, until, gone, xds } = await serve(snapshot('c1', 2_000_000), { sendTimeoutMs: 3_000 }, clock);
  const { ask, call } = open('p');
  call.pause();
  ask(CDS);
  await until(() => xds.status('p')?.get(CDS)?.state === 'STALE');
  while (gone.length === 0) {
    clock.advance(1_000);
    await new Promise((resolve) => setImmediate(resolve));
  }
  expect(gone).toEqual(['p']);
  expect(xds.streamCount()).toBe(0);
});
