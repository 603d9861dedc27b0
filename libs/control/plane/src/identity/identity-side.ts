/** The CA's part of a control plane: what of it changes is told to proxies and token folders, what is due is done in time. */

import { type TokenWriter, upkeepMs } from '@weft/control-ca';
import type { Cancel, Part } from '@weft/kernel';
import type { ControlPlaneOptions } from '../options.ts';
import type { ProxyService } from '../proxy-service.ts';
import type { StateFolder } from '../state-folder.ts';
import { createIdentityOperations, type IdentityOperations } from './identity-operations.ts';
import { createRotationKeeper } from './rotation-keeper.ts';

export interface IdentitySide {
  readonly operations: IdentityOperations;
  readonly part: Part;
}

export function createIdentitySide(
  options: ControlPlaneOptions,
  folder: StateFolder,
  proxies: ProxyService,
  writer: TokenWriter | undefined,
): IdentitySide {
  const { clock, logger, trustDomain } = options;
  const { authority, issued, trust, audit } = folder;
  const { list, absent, snapshot } = proxies;
  const common = { authority, issued, trustDomain, clock, logger };
  const keeper = createRotationKeeper({ ...common, proxies: list, absent, snapshot });
  const stops: Cancel[] = [
    trust.onChange(() => {
      writer?.rootsChanged();
      proxies.trustChanged();
    }),
    clock.every(upkeepMs, () => {
      issued
        .prune()
        .catch((error: unknown) => logger.error({ err: error }, 'the issued certificates could not be kept'));
    }),
    keeper.stop,
    authority.stop,
  ];
  return {
    operations: createIdentityOperations({
      folder,
      keeper,
      trustDomain,
      onRevoked: (namespace, serviceAccount) =>
        proxies.endStreamsOf(namespace, serviceAccount, 'the identity is revoked'),
    }),
    part: {
      name: 'identity',
      async stop() {
        for (const stop of stops) stop();
        await audit.flush();
      },
    },
  };
}
