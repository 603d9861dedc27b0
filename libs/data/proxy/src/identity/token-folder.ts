/** The folder with the join token and the root of the control plane: read anew each time, because both are renewed. */

import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { WeftError } from '@weft/kernel';

/** Largest file taken. */
export const tokenFileBytesMax = 65_536;

export interface TokenFolder {
  /** @throws WeftError token_invalid where it is missing or too large. */
  token(): string;
  /** Nothing where there is no such file: a certificate may do. @throws WeftError token_invalid where it is too large. */
  tokenIfAny(): string | undefined;
  /** PEM. @throws WeftError token_invalid. */
  rootCertPem(): string;
}

export function createTokenFolder(path: string): TokenFolder {
  const read = (name: string): string => {
    const file = join(path, name);
    try {
      if (statSync(file).size > tokenFileBytesMax) throw new WeftError('token_invalid', `${file} is too large`);
      const text = readFileSync(file, 'utf8').trim();
      if (text === '') throw new WeftError('token_invalid', `${file} is empty`);
      return text;
    } catch (error) {
      if (error instanceof WeftError) throw error;
      throw new WeftError('token_invalid', `${file} cannot be read`, error);
    }
  };
  return {
    token: () => read('token'),
    tokenIfAny: () => (existsSync(join(path, 'token')) ? read('token') : undefined),
    rootCertPem: () => `${read('root-cert.pem')}\n`,
  };
}
