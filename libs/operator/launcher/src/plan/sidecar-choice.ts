/** Which program stands beside a workload: Weft's own sidecar, or a stock Envoy with an agent. */

import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { LaunchError } from '../launch-error.ts';
import { shopServices } from './shop.ts';

export const sidecarKinds = ['weft', 'envoy'] as const;
export type SidecarKind = (typeof sidecarKinds)[number];

/** By name of the workload; "gateway" is the gateway's. */
export type SidecarChoice = (workload: string) => SidecarKind;

/** Names that a choice of the shop's mesh can be made for. */
export const chosenWorkloads: readonly string[] = [...shopServices.map((service) => service.workload), 'gateway'];

/** As it is looked for on the PATH. */
export const envoyProgram = 'envoy';

/** @throws LaunchError where no Envoy is on the PATH. */
export function assertEnvoy(path: string | undefined): void {
  const folders = (path ?? '').split(delimiter).filter((folder) => folder !== '');
  if (folders.some((folder) => isProgram(join(folder, envoyProgram)))) return;
  throw new LaunchError(
    'no-envoy',
    `there is no program ${envoyProgram} on the PATH; install Envoy (1.40 is the one that is tested), or leave --sidecar envoy out`,
  );
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
