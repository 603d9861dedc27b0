/** The use cases of accounts: open one, open a session. */

import { randomUUID } from 'node:crypto';
import { ServiceError } from '@weft/service-kit';
import { type Account, emailIdentity } from '../domain/account.ts';

export interface AccountStore {
  /** @returns false when the email has an account. */
  insert(account: Account, identity: string): Promise<boolean>;
  find(identity: string): Promise<Account | undefined>;
}

export interface PasswordHasher {
  hash(password: string): Promise<string>;
  /** In constant time over the hash. */
  verify(password: string, hash: string): Promise<boolean>;
}

export interface TokenIssuer {
  /** A token for 15 minutes. */
  issue(userId: string): Promise<string>;
}

export interface NewAccount {
  readonly email: string;
  readonly password: string;
  readonly name: string;
}

export interface Accounts {
  /** @returns its id. @throws ServiceError `email_taken`, `overloaded` */
  open(account: NewAccount): Promise<string>;
  /** @returns a token. @throws ServiceError `credentials_invalid`, `overloaded` */
  openSession(email: string, password: string): Promise<string>;
}

export async function createAccounts(
  store: AccountStore,
  hasher: PasswordHasher,
  issuer: TokenIssuer,
): Promise<Accounts> {
  // An unknown email costs the same work as a known one, so that the time does not tell them apart.
  const nobodysHash = await hasher.hash(randomUUID());
  return {
    async open({ email, password, name }) {
      const account = { id: randomUUID(), email, name, passwordHash: await hasher.hash(password) };
      if (!(await store.insert(account, emailIdentity(email)))) throw new ServiceError('email_taken');
      return account.id;
    },
    async openSession(email, password) {
      const account = await store.find(emailIdentity(email));
      const right = await hasher.verify(password, account?.passwordHash ?? nobodysHash);
      if (account === undefined || !right) throw new ServiceError('credentials_invalid');
      return issuer.issue(account.id);
    },
  };
}
