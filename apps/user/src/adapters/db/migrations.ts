/** The user service's schema, step by step. */

import type { Migrations } from '@weft/service-kit';
import { sql } from 'kysely';

export const migrations: Migrations = {
  '001_accounts': {
    async up(db) {
      await sql`
        create table accounts (
          id uuid primary key,
          email text not null,
          email_identity text not null unique,
          name text not null,
          password_hash text not null,
          created_at timestamptz not null default now()
        )`.execute(db);
      await sql`
        create table signing_keys (
          kid text primary key,
          public_jwk jsonb not null,
          private_jwk jsonb not null,
          created_at timestamptz not null default now()
        )`.execute(db);
    },
  },
};
