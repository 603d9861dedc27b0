/** Connections under and over their limit. */

import { fromJson, type JsonValue } from '@bufbuild/protobuf';
import { anyPack } from '@bufbuild/protobuf/wkt';
import { createMetricRegistry } from '@weft/telemetry';
import { ConnectionLimitSchema } from '@weft/xds-messages/envoy/extensions/filters/network/connection_limit/v3/connection_limit';
import { describe, expect, it } from 'vitest';
import { testExchange } from '../../testing/exchange.ts';
import { createConnectionLimitKind } from './kind.ts';

const registry = createMetricRegistry();
const compile = (config: JsonValue) =>
  createConnectionLimitKind({ registry }).compile(
    anyPack(ConnectionLimitSchema, fromJson(ConnectionLimitSchema, config)),
    'f',
    { clusterRef: () => ({ current: undefined }), direction: 'inbound' },
    'test',
  );
const connect = () => ({ connection: testExchange().connection });

describe('connection_limit', () => {
  it('closes connections over the limit, and takes them again when others have ended', () => {
    const filter = compile({ statPrefix: 'cl', maxConnections: '1' });
    const first = connect();
    expect(filter?.onConnection(first)).toBeUndefined();
    const second = connect();
    expect(filter?.onConnection(second)?.reason).toContain('connection limit');
    filter?.onClose?.(second);
    expect(filter?.onConnection(connect())).toBeDefined();
    filter?.onClose?.(first);
    expect(filter?.onConnection(connect())).toBeUndefined();
    expect(registry.renderPrometheus()).toContain(
      'envoy_connection_limit_limited_connections{envoy_connection_limit_prefix="cl"} 2',
    );
  });

  it('does nothing where it is not enabled, and refuses a delay', () => {
    expect(
      compile({ statPrefix: 'x', maxConnections: '1', runtimeEnabled: { defaultValue: false, runtimeKey: 'k' } }),
    ).toBeUndefined();
    expect(() => compile({ statPrefix: 'x', maxConnections: '1', delay: '1s' })).toThrow('delay');
    expect(() => compile({ statPrefix: 'x' })).toThrow('max_connections');
  });
});
