/** The order service as it stands behind a sidecar: it knows names and the standard proxy variables, nothing else. */

import { freePort } from '@weft/kernel/testing';
import { type ConnectProxy, startConnectProxy } from '@weft/service-kit/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openAccount } from './testing/customer.ts';
import { type Shop, startShop } from './testing/shop.ts';

let shop: Shop;
let proxy: ConnectProxy;
beforeAll(async () => {
  const grpc = { inventory: await freePort(), payment: await freePort() };
  const ports: Record<string, () => number> = {
    'user.shop.svc.cluster.local:8080': () => Number(new URL(shop.url('user')).port),
    'inventory.shop.svc.cluster.local:9090': () => grpc.inventory,
    'payment.shop.svc.cluster.local:9090': () => grpc.payment,
  };
  proxy = await startConnectProxy((target) => ports[target]?.() ?? 0);
  shop = await startShop({
    inventory: { GRPC_PORT: String(grpc.inventory), DISCOVERY: '' },
    payment: { GRPC_PORT: String(grpc.payment), DISCOVERY: '', SERVICE_VERSION: 'v2' },
    order: { DISCOVERY: '', http_proxy: proxy.url, grpc_proxy: proxy.url },
  });
});
afterAll(async () => {
  await shop?.stop();
  await proxy?.stop();
});

describe('the order service behind a proxy', () => {
  it('reaches user, inventory and payment through it, by name', async () => {
    const customer = await openAccount(shop);
    const placed = await customer.place('mug-blue', 1, 'tok_ok');
    expect(await customer.outcome(placed.body.id)).toMatchObject({ status: 'confirmed' });
    expect([...new Set(proxy.targets)].sort()).toEqual([
      'inventory.shop.svc.cluster.local:9090',
      'payment.shop.svc.cluster.local:9090',
      'user.shop.svc.cluster.local:8080',
    ]);
    const charges = await shop.postgres.query<{ served_by: string }>('payment', 'select served_by from charges');
    expect(charges).toEqual([{ served_by: 'v2' }]);
  });

  it('finishes an order whose callee was away for a while', async () => {
    const customer = await openAccount(shop);
    await shop.kill('payment');
    const placed = await customer.place('mug-blue', 1, 'tok_ok');
    shop.start('payment');
    expect(await customer.outcome(placed.body.id)).toMatchObject({ status: 'confirmed' });
    for (const line of shop.log('order').trim().split('\n')) expect(() => JSON.parse(line)).not.toThrow();
  });
});
