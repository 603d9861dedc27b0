/** Upgrades that a route turns on or off. */

import type { RouteAction_UpgradeConfig as UpgradeConfig } from '@weft/xds-messages/envoy/config/route/v3/route_components';
import { refuse } from '../check/refuse.ts';

/** Lower-case type → on; nothing where the route says nothing. @throws WeftError `config_rejected` */
export function compileUpgrades(
  configs: readonly UpgradeConfig[],
  connect: boolean,
  where: string,
): ReadonlyMap<string, boolean> | undefined {
  const upgrades = new Map<string, boolean>();
  for (const config of configs) {
    const type = config.upgradeType.toLowerCase();
    if (type === '') refuse(where, 'upgrade_configs: upgrade_type is empty');
    if (upgrades.has(type)) refuse(where, `upgrade_configs: ${config.upgradeType} is claimed twice`);
    if (config.connectConfig !== undefined && type !== 'connect') {
      refuse(where, `upgrade_configs: connect_config is for CONNECT, not for ${config.upgradeType}`);
    }
    if (type === 'connect' && config.enabled !== false && !connect)
      refuse(where, 'upgrade_configs CONNECT needs a connect_matcher');
    upgrades.set(type, config.enabled !== false);
  }
  return upgrades.size === 0 ? undefined : upgrades;
}

/** Whether a CONNECT that the route takes goes on as one: nothing says that it ends here (connect_config). */
export function forwardsConnect(configs: readonly UpgradeConfig[], connect: boolean): boolean {
  return connect && !configs.some((config) => config.enabled !== false && config.connectConfig !== undefined);
}
