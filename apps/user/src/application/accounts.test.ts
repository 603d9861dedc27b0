import { describe, expect, it } from 'vitest';
import type { Account } from '../domain/account.ts';
import { createAccounts } from './accounts.ts';

async function office() {
  const stored = new Map<string, Account>();
  const verified: string[] = [];
  const accounts = await createAccounts(
    {
      async insert(account, identity) {
        if (stored.has(identity)) return false;
        stored.set(identity, account);
        return true;
      },
      find: async (identity) => stored.get(identity),
    },
    {
      hash: async (password) => `hash of ${password}`,
      async verify(password, hash) {
        verified.push(hash);
        return hash === `hash of ${password}`;
      },
    },
    { issue: async (userId) => `token of ${userId}` },
  );
  return { accounts, verified, stored };
}

const ann = { email: 'Ann@Example.com', password: 'correct horse', name: 'Ann' };

describe('accounts', () => {
  it('are opened once an email, in whatever case', async () => {
    const { accounts } = await office();
    await accounts.open(ann);
    await expect(accounts.open({ ...ann, email: 'ann@EXAMPLE.com' })).rejects.toMatchObject({ code: 'email_taken' });
  });

  it('give a session for the right password', async () => {
    const { accounts } = await office();
    const id = await accounts.open(ann);
    expect(await accounts.openSession('ann@example.com', ann.password)).toBe(`token of ${id}`);
  });

  it('do the same work, and give the same answer, for an unknown email and a wrong password', async () => {
    const { accounts, verified } = await office();
    await accounts.open(ann);
    const outcomes = [accounts.openSession(ann.email, 'wrong'), accounts.openSession('bob@example.com', 'wrong')];
    for (const outcome of outcomes) await expect(outcome).rejects.toMatchObject({ code: 'credentials_invalid' });
    expect(verified).toHaveLength(2);
  });

  it('never keep a password', async () => {
    const { accounts, stored } = await office();
    await accounts.open(ann);
    expect(Object.keys(stored.get('ann@example.com') ?? {})).not.toContain('password');
  });
});
