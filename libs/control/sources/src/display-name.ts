/** How a file is named to people. */

import { isAbsolute, join, relative, resolve, sep } from 'node:path';

/** "infra/mesh/payment.yaml" below the working directory, else the folder as given and the rest; always with "/". */
export function displayName(dir: string, inside: string, workingDir: string): string {
  const fromHere = relative(workingDir, resolve(workingDir, dir));
  const below = fromHere !== '' && fromHere !== '..' && !fromHere.startsWith(`..${sep}`) && !isAbsolute(fromHere);
  const base = below ? fromHere : fromHere === '' ? '' : dir;
  return join(base, inside).replaceAll(sep, '/');
}
