import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import * as grpc from '@grpc/grpc-js';
import { systemClock } from '@weft/kernel';
import {
  type ClientStatusRequest,
  ClientStatusRequestSchema,
  ClientStatusResponseSchema,
} from '@weft/xds-messages/envoy/service/status/v3/csds';
import { describe, expect, it } from 'vitest';
import { createServiceClient } from '../grpc/service-adapter.ts';
import { xdsTypes } from '../type-urls.ts';
import type { ClientStatusLimits } from './client-status.ts';
import { serve, snapshot, stops } from './testing/served.ts';

const { CDS, SDS } = xdsTypes;

describe('CSDS', () => {
  async function asked(
    who: string,
    request: Partial<Pick<ClientStatusRequest, 'excludeResourceContents'>>,
    exact?: string,
    limits: Partial<ClientStatusLimits> = {},
  ) {
    const { open, port } = await serve(snapshot('c1 s1'), {}, systemClock, limits);
    for (const id of ['p', 'q']) {
      const { ask, next } = open(id);
      const answer = next();
      ask(CDS);
      await answer;
      const secret = next();
      ask(SDS, ['s1']);
      await secret;
    }
    const channel = createServiceClient({ address: `127.0.0.1:${port}` });
    stops.push(() => channel.close());
    const metadata = new grpc.Metadata();
    metadata.set('who', who);
    const nodeMatchers =
      exact === undefined ? [] : [{ nodeId: { matchPattern: { case: 'exact' as const, value: exact } } }];
    const message = create(ClientStatusRequestSchema, { ...request, nodeMatchers });
    return new Promise<ReturnType<typeof fromBinary<typeof ClientStatusResponseSchema>>>((resolve, reject) => {
      channel.makeUnaryRequest(
        '/envoy.service.status.v3.ClientStatusDiscoveryService/FetchClientStatus',
        (value: Uint8Array) => Buffer.from(value),
        (bytes) => fromBinary(ClientStatusResponseSchema, bytes),
        toBinary(ClientStatusRequestSchema, message),
        metadata,
        (error, answer) => (answer === undefined ? reject(error) : resolve(answer)),
      );
    });
  }

  it('tells the operator what each proxy was sent, in which version and state, and no secret', async () => {
    const { config } = await asked('operator', {});
    expect(config.map(({ node }) => node?.id)).toEqual(['p', 'q']);
    const [cluster, secret] = config[0]?.genericXdsConfigs ?? [];
    expect(cluster).toMatchObject({ typeUrl: CDS, name: 'c1', versionInfo: '1', clientStatus: 1 });
    expect(cluster?.xdsConfig?.value).toHaveLength(3);
    expect([secret?.name, secret?.xdsConfig]).toEqual(['s1', undefined]);
  });

  it('tells of the proxies asked for, and only names where contents are not wanted', async () => {
    const { config } = await asked('operator', { excludeResourceContents: true }, 'q');
    expect(config.map(({ node }) => node?.id)).toEqual(['q']);
    expect(config[0]?.genericXdsConfigs[0]?.xdsConfig).toBeUndefined();
  });

  it('keeps to its bounds of proxies, of bytes and of matchers', async () => {
    const { config } = await asked('operator', {}, undefined, { clientsMax: 1, contentBytesMax: 2 });
    expect(config.map(({ genericXdsConfigs }) => genericXdsConfigs[0]?.xdsConfig)).toEqual([undefined]);
    const refused = asked('operator', {}, 'q', { matchersMax: 0 });
    await expect(refused).rejects.toMatchObject({ details: 'more than 0 matchers' });
  });

  it('tells nobody else', async () => {
    await expect(asked('anyone', {})).rejects.toMatchObject({ code: grpc.status.UNAUTHENTICATED });
  });
});
