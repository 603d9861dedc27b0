/** The order service's schema, step by step. */

import { createIdempotencyTable, createOutboxTable, type Migrations } from '@weft/service-kit';
import { sql } from 'kysely';

export const migrations: Migrations = {
  '001_orders': {
    async up(db) {
      await createIdempotencyTable(db);
      await createOutboxTable(db);
      await sql`
        create table orders (
          id uuid primary key,
          seq bigserial not null unique,
          user_id text not null,
          state text not null check (state in
            ('reserve_due', 'charge_due', 'commit_due', 'void_due', 'release_due', 'confirmed', 'rejected')),
          reason text,
          items jsonb not null,
          total_cents integer,
          charge_id text,
          payment_token text,
          created_at timestamptz not null default now(),
          updated_at timestamptz not null default now(),
          constraint rejected_with_reason check ((state = 'rejected') <= (reason is not null)),
          constraint done_without_token check ((state in ('confirmed', 'rejected')) <= (payment_token is null))
        )`.execute(db);
      await sql`create index orders_by_user on orders (user_id, seq desc)`.execute(db);
    },
  },
};
