/** The tables of the user service. */

import type { Generated } from 'kysely';

export interface AccountTable {
  id: string;
  email: string;
  /** What makes two emails the same; unique. */
  email_identity: string;
  name: string;
  password_hash: string;
  created_at: Generated<Date>;
}

export interface SigningKeyTable {
  kid: string;
  public_jwk: unknown;
  private_jwk: unknown;
  created_at: Generated<Date>;
}

export interface UserSchema {
  accounts: AccountTable;
  signing_keys: SigningKeyTable;
}
