/** The inventory's schema, step by step. */

import { createIdempotencyTable, type Migrations } from '@weft/service-kit';
import { sql } from 'kysely';

export const migrations: Migrations = {
  '001_stock': {
    async up(db) {
      await createIdempotencyTable(db);
      await sql`
        create table products (
          sku text primary key,
          name text not null,
          price_cents integer not null check (price_cents > 0),
          stock integer not null check (stock >= 0),
          reserved integer not null default 0 check (reserved >= 0),
          sold integer not null default 0 check (sold >= 0),
          seeded integer not null,
          constraint stock_is_conserved check (stock + reserved + sold = seeded)
        )`.execute(db);
      await sql`
        create table reservations (
          order_id text primary key,
          state text not null check (state in ('reserved', 'committed', 'released', 'refused')),
          lines jsonb not null,
          created_at timestamptz not null default now(),
          updated_at timestamptz not null default now()
        )`.execute(db);
      await sql`
        create table ledger (
          id bigserial primary key,
          sku text not null references products (sku),
          order_id text references reservations (order_id),
          kind text not null check (kind in ('seed', 'reserve', 'commit', 'release')),
          quantity integer not null check (quantity > 0),
          at timestamptz not null default now(),
          unique (order_id, sku, kind)
        )`.execute(db);
    },
  },
};
