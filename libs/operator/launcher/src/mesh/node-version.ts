/** The oldest Node.js that everything runs on. */

import { LaunchError } from '../launch-error.ts';

const oldest = [20, 19] as const;

/** @param version "20.19.0". @throws LaunchError */
export function assertNodeVersion(version: string): void {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major > oldest[0] || (major === oldest[0] && minor >= oldest[1])) return;
  throw new LaunchError(
    'node-too-old',
    `this is Node.js ${version}, and weft needs ${oldest.join('.')} or newer; install a current version from https://nodejs.org`,
  );
}
