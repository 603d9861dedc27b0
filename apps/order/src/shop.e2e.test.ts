/** The shop with no mesh: the services call one another directly, by discovery. */

import { startTraceReceiver, type TraceReceiver } from '@weft/service-kit/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { call, openAccount } from './testing/customer.ts';
import { type Shop, serviceNames, startShop } from './testing/shop.ts';

let shop: Shop;
let receiver: TraceReceiver;
beforeAll(async () => {
  receiver = await startTraceReceiver();
  const exporting = { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url, OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json' };
  shop = await startShop({ order: exporting, payment: exporting });
});
afterAll(async () => {
  await shop?.stop();
  await receiver?.stop();
});

describe('the shop without a mesh', () => {
  it('confirms an order that can be paid', async () => {
    const customer = await openAccount(shop);
    const placed = await customer.place('mug-blue', 2, 'tok_ok');
    expect(placed).toMatchObject({ status: 202, body: { status: 'pending' } });
    expect(await customer.outcome(placed.body.id)).toMatchObject({
      status: 'confirmed',
      reason: null,
      totalCents: 2580,
    });
  });

  it('rejects an order whose payment is declined, and puts its stock back', async () => {
    const customer = await openAccount(shop);
    const before = await call<{ available: number }>(`${shop.url('inventory')}/api/products/teapot`, 'GET', {});
    const placed = await customer.place('teapot', 3, 'tok_declined');
    expect(await customer.outcome(placed.body.id)).toMatchObject({ status: 'rejected', reason: 'payment_declined' });
    const after = await call<{ available: number }>(`${shop.url('inventory')}/api/products/teapot`, 'GET', {});
    expect(after.body.available).toBe(before.body.available);
  });

  it('rejects an order for more than there is, and charges nothing', async () => {
    const customer = await openAccount(shop);
    const placed = await customer.place('last-cup', 2, 'tok_ok');
    expect(await customer.outcome(placed.body.id)).toMatchObject({ status: 'rejected', reason: 'out_of_stock' });
    const charges = await shop.postgres.query('payment', `select 1 from charges where order_id = '${placed.body.id}'`);
    expect(charges).toEqual([]);
  });

  it('takes two seconds for the slow bank', async () => {
    const customer = await openAccount(shop);
    const startedAt = performance.now();
    const placed = await customer.place('mug-white', 1, 'tok_slow');
    expect(await customer.outcome(placed.body.id)).toMatchObject({ status: 'confirmed' });
    expect(performance.now() - startedAt).toBeGreaterThan(2000);
  });

  it('gives the same answer to the same key and body, and 422 to the same key and another body', async () => {
    const customer = await openAccount(shop);
    const first = await customer.place('tray', 1, 'tok_ok', 'key-1');
    const again = await customer.place('tray', 1, 'tok_ok', 'key-1');
    const other = await customer.place('tray', 2, 'tok_ok', 'key-1');
    expect(again).toEqual(first);
    expect(other).toMatchObject({ status: 422, body: { code: 'idempotency_conflict' } });
    const stranger = await openAccount(shop);
    expect((await stranger.place('tray', 1, 'tok_ok', 'key-1')).body.id).not.toBe(first.body.id);
  });

  it('shows orders to their owner only, page by page', async () => {
    const customer = await openAccount(shop);
    const stranger = await openAccount(shop);
    const ids: string[] = [];
    for (let i = 0; i < 5; i++) ids.push((await customer.place('filter-paper', 1, 'tok_ok')).body.id);
    const first = await customer.see('/api/orders?limit=3');
    const second = await customer.see(`/api/orders?limit=3&cursor=${first.body.nextCursor}`);
    expect([...first.body.orders, ...second.body.orders].map(({ id }) => id)).toEqual(ids.reverse());
    expect(second.body.nextCursor).toBeNull();
    expect((await stranger.see(`/api/orders/${ids[0]}`)).status).toBe(404);
    expect((await stranger.see('/api/orders')).body.orders).toEqual([]);
  });

  it('knows an email in every case', async () => {
    const account = { email: 'Ann@Example.com', password: 'correct horse battery', name: 'Ann' };
    const users = `${shop.url('user')}/api/users`;
    expect(await call(users, 'POST', {}, account)).toMatchObject({ status: 201 });
    const again = await call(users, 'POST', {}, { ...account, email: 'ann@example.COM' });
    expect(again).toMatchObject({ status: 409, body: { code: 'email_taken' } });
    const wrong = { email: account.email, password: 'not the password' };
    expect(await call(`${shop.url('user')}/api/sessions`, 'POST', {}, wrong)).toMatchObject({
      status: 401,
      body: { code: 'credentials_invalid' },
    });
  });

  it('says who served the payment methods', async () => {
    const answer = await call(`${shop.url('payment')}/api/payment-methods`, 'GET', {});
    expect(answer.body).toEqual({ methods: ['card', 'invoice'], servedBy: 'v1' });
  });

  it('writes a trace id into every line and no secret into any', () => {
    for (const name of serviceNames) {
      const lines = shop.log(name).trim().split('\n');
      for (const line of lines) expect(JSON.parse(line)).toMatchObject({ service: name, traceId: expect.any(String) });
      expect(shop.log(name)).not.toMatch(/correct horse|tok_ok|tok_slow|Bearer ey/);
    }
  });

  it('stops cleanly when it is told to', async () => {
    for (const name of serviceNames) {
      expect(await shop.terminate(name)).toBe(0);
      shop.start(name);
      await shop.ready(name);
    }
  });

  it('has sent one trace of the order and its payment to where it was told to', () => {
    const spans = receiver.traces.flatMap((body) => spansOf(body));
    const charged = spans.find(({ name, service }) => service === 'payment' && name.endsWith('/Charge'));
    const trace = spans.filter(({ traceId }) => traceId === charged?.traceId);
    expect(new Set(trace.map(({ service }) => service))).toEqual(new Set(['order', 'payment']));
    expect(trace.map(({ name }) => name)).toContain('POST /api/orders');
  });
});

interface ReceivedSpan {
  readonly service: unknown;
  readonly name: string;
  readonly traceId: string;
}

interface ReceivedTraces {
  readonly resourceSpans: {
    readonly resource: {
      readonly attributes: { readonly key: string; readonly value: { readonly stringValue?: string } }[];
    };
    readonly scopeSpans: { readonly spans: { readonly name: string; readonly traceId: string }[] }[];
  }[];
}

function spansOf(body: string): ReceivedSpan[] {
  return (JSON.parse(body) as ReceivedTraces).resourceSpans.flatMap(({ resource, scopeSpans }) => {
    const service = resource.attributes.find(({ key }) => key === 'service.name')?.value.stringValue;
    return scopeSpans.flatMap(({ spans }) => spans.map(({ name, traceId }) => ({ service, name, traceId })));
  });
}
