import { create } from '@bufbuild/protobuf';
import { NodeSchema } from '@weft/xds-messages/envoy/config/core/v3/base';
import { expect, it } from 'vitest';
import { envoyBootstrap } from './bootstrap.ts';

it("counts the scrapers' connections apart from those of the workload", () => {
  const at = (port: number) => ({ host: '127.0.0.1', port });
  const node = create(NodeSchema, {});
  expect(envoyBootstrap({ node, adsSocket: '/ads.sock', admin: at(1), prometheus: at(2) })).toMatchObject({
    static_resources: {
      listeners: [{ stat_prefix: 'admin_prometheus', address: { socket_address: { port_value: 2 } } }],
    },
  });
});
