/** Passwords by scrypt, a few at a time: each takes memory and a thread. */

import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import { ServiceError } from '@weft/service-kit';
import { bulkhead, ResilienceError, runUnder } from '@weft/service-resilience';
import type { PasswordHasher } from '../../application/accounts.ts';

export interface ScryptCost {
  /** N; memory is 128 · N · r bytes. */
  readonly cost: number;
  readonly blockSize: number;
  readonly parallelization: number;
}

/** 16 MiB a hash and five passes: the least that OWASP names for scrypt at this memory. */
export const defaultCost: ScryptCost = { cost: 2 ** 14, blockSize: 8, parallelization: 5 };

export const hashesAtOnceMax = 2;
export const hashesWaitingMax = 64;

const saltBytes = 16;
const hashBytes = 32;

/** Hashes carry their cost ("scrypt$N$r$p$salt$hash"), so that it can be raised later. @throws ServiceError `overloaded` */
export function createPasswordHasher(cost: ScryptCost): PasswordHasher {
  const gate = bulkhead({ concurrencyMax: hashesAtOnceMax, queueMax: hashesWaitingMax });
  const derive = async (password: string, salt: Buffer, by: ScryptCost, bytes: number): Promise<Buffer> => {
    try {
      return await runUnder(gate, () => runScrypt(password, salt, by, bytes));
    } catch (error) {
      if (error instanceof ResilienceError) throw new ServiceError('overloaded', { cause: error });
      throw error;
    }
  };
  return {
    async hash(password) {
      const salt = randomBytes(saltBytes);
      const hash = await derive(password, salt, cost, hashBytes);
      const { cost: n, blockSize: r, parallelization: p } = cost;
      return ['scrypt', n, r, p, salt.toString('base64url'), hash.toString('base64url')].join('$');
    },
    async verify(password, stored) {
      const [, n, r, p, salt = '', hash = ''] = stored.split('$');
      const expected = Buffer.from(hash, 'base64url');
      const by = { cost: Number(n), blockSize: Number(r), parallelization: Number(p) };
      const actual = await derive(password, Buffer.from(salt, 'base64url'), by, expected.length);
      return timingSafeEqual(actual, expected);
    },
  };
}

function runScrypt(password: string, salt: Buffer, cost: ScryptCost, bytes: number): Promise<Buffer> {
  const maxmem = 256 * cost.cost * cost.blockSize;
  return new Promise((resolve, reject) => {
    scrypt(password.normalize('NFKC'), salt, bytes, { ...cost, maxmem }, (error, key) => {
      if (error === null) resolve(key);
      else reject(error);
    });
  });
}
