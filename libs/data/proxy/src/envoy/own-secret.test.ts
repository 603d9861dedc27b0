import { create, type MessageInitShape } from '@bufbuild/protobuf';
import { DeltaDiscoveryRequestSchema } from '@weft/xds-messages/envoy/service/discovery/v3/discovery';
import { xdsTypes } from '@weft/xds-protocol';
import { describe, expect, it } from 'vitest';
import { splitRequest } from './own-secret.ts';

type Written = Exclude<MessageInitShape<typeof DeltaDiscoveryRequestSchema>, { $typeName: string }>;
const split = (written: Written) =>
  splitRequest(create(DeltaDiscoveryRequestSchema, { typeUrl: xdsTypes.SDS, ...written }));
const nothingOwn = { wanted: undefined, held: '', refusal: undefined };

describe('a request of an Envoy, in its two parts', () => {
  it('keeps the own secret here, and passes on what is asked besides', () => {
    const { own, rest } = split({
      resourceNamesSubscribe: ['default', 'ROOTCA'],
      initialResourceVersions: { default: 'a', ROOTCA: 'b' },
    });
    expect(own).toEqual({ wanted: true, held: 'a', refusal: undefined });
    expect(rest).toMatchObject({ resourceNamesSubscribe: ['ROOTCA'], initialResourceVersions: { ROOTCA: 'b' } });
  });

  it.each<[string, Written, boolean | undefined]>([
    ['a subscription to it alone', { resourceNamesSubscribe: ['default'] }, true],
    ['its end', { resourceNamesUnsubscribe: ['default'] }, false],
    ['the answer to ours', { responseNonce: 'own-3' }, undefined],
  ])('passes nothing on of %s', (_what, written, wanted) => {
    expect(split(written)).toEqual({ own: { ...nothingOwn, wanted }, rest: undefined });
  });

  it('tells why Envoy refused ours, and passes on what is subscribed with it, without our nonce', () => {
    const { own, rest } = split({
      responseNonce: 'own-1',
      errorDetail: { message: 'bad key' },
      resourceNamesSubscribe: ['kubernetes://shop'],
    });
    expect(own.refusal).toBe('bad key');
    expect(rest).toMatchObject({ resourceNamesSubscribe: ['kubernetes://shop'] });
    expect(rest).not.toHaveProperty('responseNonce');
    expect(rest).not.toHaveProperty('errorDetail');
  });

  it('passes the answer to the control plane on as it is', () => {
    const { own, rest } = split({ responseNonce: '7', errorDetail: { message: 'no' } });
    expect(own).toEqual(nothingOwn);
    expect(rest).toMatchObject({ responseNonce: '7', errorDetail: { message: 'no' } });
  });

  it('leaves other types alone, but for the node, which goes with the call', () => {
    const written = { typeUrl: xdsTypes.CDS, resourceNamesSubscribe: ['default'], node: { id: 'x' } };
    const { own, rest } = split(written);
    expect(own).toEqual(nothingOwn);
    expect(rest).toMatchObject({ typeUrl: xdsTypes.CDS, resourceNamesSubscribe: ['default'] });
    expect(rest).not.toHaveProperty('node');
  });
});
