/** `--sidecar envoy`, `--sidecar order=envoy`: which program stands beside a workload. */

import { chosenWorkloads, type SidecarChoice, type SidecarKind, sidecarKinds } from '@weft/operator-launcher';
import { CliFailure, exitCodes } from '../failure.ts';

/** A kind alone is for all sidecars, the gateway aside; one with a name wins. @throws CliFailure (usage) */
export function toSidecarChoice(flags: readonly string[]): SidecarChoice {
  let all: SidecarKind = 'weft';
  const named = new Map<string, SidecarKind>();
  for (const flag of flags) {
    const at = flag.indexOf('=');
    if (at < 0) {
      all = toSidecarKind(flag);
      continue;
    }
    const name = flag.slice(0, at);
    if (!chosenWorkloads.includes(name)) {
      throw new CliFailure(exitCodes.usage, `--sidecar ${flag}: "${name}" is none of ${chosenWorkloads.join(', ')}`);
    }
    named.set(name, toSidecarKind(flag.slice(at + 1)));
  }
  return (workload) => named.get(workload) ?? (workload === 'gateway' ? 'weft' : all);
}

/** @throws CliFailure (usage) */
export function toSidecarKind(text: string): SidecarKind {
  const kind = sidecarKinds.find((known) => known === text);
  if (kind !== undefined) return kind;
  throw new CliFailure(exitCodes.usage, `"${text}" is no sidecar; use ${sidecarKinds.join(' or ')}`);
}
