/** The payment service's schema, step by step. */

import type { Migrations } from '@weft/service-kit';
import { sql } from 'kysely';

export const migrations: Migrations = {
  '001_charges': {
    async up(db) {
      await sql`
        create table charges (
          id uuid primary key,
          idempotency_key text not null unique,
          order_id text not null,
          amount_cents integer not null check (amount_cents >= 0),
          status text not null check (status in ('charged', 'declined', 'voided')),
          served_by text not null,
          created_at timestamptz not null,
          updated_at timestamptz not null default now()
        )`.execute(db);
      await sql`create index charges_by_order on charges (order_id)`.execute(db);
    },
  },
};
