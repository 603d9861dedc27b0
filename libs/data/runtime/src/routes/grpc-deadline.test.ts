import { create } from '@bufbuild/protobuf';
import { MetadataSchema } from '@weft/xds-messages/envoy/config/core/v3/base';
import { describe, expect, it } from 'vitest';
import { grpcDeadlineMax } from '../metadata.ts';

describe('the deadline that a route leaves to gRPC calls', () => {
  it.each([
    [{ grpc_deadline_max_ms: 300 }, 300],
    [{ grpc_deadline_max_ms: 0 }, 0],
    [{ grpc_deadline_max_ms: -1 }, undefined],
    [{ grpc_deadline_max_ms: '300' }, undefined],
    [{}, undefined],
  ])('%j means %s', (weft, expected) => {
    expect(grpcDeadlineMax(create(MetadataSchema, { filterMetadata: { weft } }))).toBe(expected);
  });
});
