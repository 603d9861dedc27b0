/** The shop's invariant, proved from its databases: no order lost, no charge without a confirmed order, no stock made or destroyed. */

/** The shop's databases, one a service: "order", "payment", "inventory". */
export interface ShopDatabases {
  query<Row extends object>(database: string, sql: string): Promise<Row[]>;
}

interface OrderRow {
  id: string;
  state: string;
  total_cents: number | null;
  items: { sku: string; quantity: number }[];
}

interface ChargeRow {
  order_id: string;
  amount_cents: number;
}

interface ProductRow {
  sku: string;
  price_cents: number;
  stock: number;
  reserved: number;
  sold: number;
  seeded: number;
  ledger_stock: number;
  ledger_reserved: number;
  ledger_sold: number;
}

const productQuery = `
  select p.sku, price_cents, stock, reserved, sold, seeded,
    coalesce(sum(case kind when 'seed' then quantity when 'reserve' then -quantity when 'release' then quantity else 0 end), 0)::int as ledger_stock,
    coalesce(sum(case kind when 'reserve' then quantity when 'release' then -quantity when 'commit' then -quantity else 0 end), 0)::int as ledger_reserved,
    coalesce(sum(case kind when 'commit' then quantity else 0 end), 0)::int as ledger_sold
  from products p left join ledger l on l.sku = p.sku group by p.sku`;

/** @param acknowledged ids of the orders that were answered with 202. @returns a sentence for each breach; none when all holds. */
export async function findBreaches(databases: ShopDatabases, acknowledged: readonly string[]): Promise<string[]> {
  const orders = await databases.query<OrderRow>('order', 'select id, state, total_cents, items from orders');
  const charges = await databases.query<ChargeRow>(
    'payment',
    "select order_id, amount_cents from charges where status = 'charged'",
  );
  const products = await databases.query<ProductRow>('inventory', productQuery);
  const left = await databases.query<{ topic: string }>('order', 'select topic from outbox');
  return [
    ...left.map(({ topic }) => `a message "${topic}" is still in the outbox`),
    ...orderBreaches(orders, acknowledged),
    ...chargeBreaches(orders, charges, products),
    ...stockBreaches(orders, products),
  ];
}

function orderBreaches(orders: readonly OrderRow[], acknowledged: readonly string[]): string[] {
  const states = new Map(orders.map(({ id, state }) => [id, state]));
  return [
    ...acknowledged.filter((id) => !states.has(id)).map((id) => `order ${id} was acknowledged and is lost`),
    ...orders
      .filter(({ state }) => state !== 'confirmed' && state !== 'rejected')
      .map(({ id, state }) => `order ${id} is ${state} for ever`),
  ];
}

function chargeBreaches(
  orders: readonly OrderRow[],
  charges: readonly ChargeRow[],
  products: readonly ProductRow[],
): string[] {
  const breaches: string[] = [];
  const prices = new Map(products.map(({ sku, price_cents }) => [sku, price_cents]));
  const confirmed = new Map(orders.filter(({ state }) => state === 'confirmed').map((order) => [order.id, order]));
  const counts = new Map<string, number>();
  for (const { order_id, amount_cents } of charges) {
    counts.set(order_id, (counts.get(order_id) ?? 0) + 1);
    const order = confirmed.get(order_id);
    const due = order?.items.reduce((sum, { sku, quantity }) => sum + quantity * (prices.get(sku) ?? Number.NaN), 0);
    if (order === undefined) breaches.push(`a charge for ${order_id}, which is not confirmed`);
    else if (amount_cents !== due) breaches.push(`order ${order_id} was charged ${amount_cents} instead of ${due}`);
  }
  for (const id of confirmed.keys()) {
    if (counts.get(id) !== 1) breaches.push(`order ${id} is confirmed with ${counts.get(id) ?? 0} charges`);
  }
  return breaches;
}

function stockBreaches(orders: readonly OrderRow[], products: readonly ProductRow[]): string[] {
  const sold = new Map<string, number>();
  for (const { state, items } of orders) {
    if (state !== 'confirmed') continue;
    for (const { sku, quantity } of items) sold.set(sku, (sold.get(sku) ?? 0) + quantity);
  }
  const checks = (product: ProductRow): [boolean, string][] => [
    [
      product.stock + product.reserved + product.sold === product.seeded,
      'stock + reserved + sold is not what was seeded',
    ],
    [product.reserved === 0, 'stock is still reserved'],
    [product.sold === (sold.get(product.sku) ?? 0), 'sold is not what confirmed orders took'],
    [product.stock === product.ledger_stock, 'stock is not what the ledger says'],
    [product.reserved === product.ledger_reserved, 'reserved is not what the ledger says'],
    [product.sold === product.ledger_sold, 'sold is not what the ledger says'],
  ];
  return products.flatMap((product) =>
    checks(product)
      .filter(([holds]) => !holds)
      .map(([, sentence]) => `${product.sku}: ${sentence} (${JSON.stringify(product)})`),
  );
}
