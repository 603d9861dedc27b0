/** typed_per_filter_config of a level, and what comes of several levels. */

import { type Any, anyIs } from '@bufbuild/protobuf/wkt';
import { FilterConfigSchema } from '@weft/xds-messages/envoy/config/route/v3/route_components';
import { refuse, unpack } from '../check/refuse.ts';
import { filterDisabled, levelsAbove } from '../filter.ts';
import type { RouteContext } from './route-context.ts';

export type FilterConfigs = ReadonlyMap<string, unknown>;

/** @param above what the level above says, where this one is silent. @returns nothing where neither says anything. @throws WeftError `config_rejected` */
export function compileFilterConfigs(
  configs: Readonly<Record<string, Any>>,
  above: FilterConfigs | undefined,
  context: RouteContext,
  where: string,
): FilterConfigs | undefined {
  const names = Object.keys(configs);
  if (names.length === 0) return above;
  const compiled = new Map<string, unknown>(above);
  for (const name of names) {
    const config = configs[name];
    if (config === undefined) continue;
    const value = compileOne(name, config, context, `${where}: typed_per_filter_config[${JSON.stringify(name)}]`);
    if (value !== undefined) compiled.set(name, joined(value, above?.get(name)));
  }
  return compiled.size === 0 ? undefined : compiled;
}

function joined(value: unknown, above: unknown): unknown {
  if (above === undefined || typeof value !== 'object' || value === null || !(levelsAbove in value)) return value;
  const { [levelsAbove]: join } = value as { [levelsAbove](above: unknown): unknown };
  return join.call(value, above);
}

function compileOne(name: string, config: Any, context: RouteContext, where: string): unknown {
  if (!anyIs(config, FilterConfigSchema)) return context.filterConfig(name, config, where, false);
  const wrapper = unpack(config, FilterConfigSchema, where);
  if (wrapper.disabled) return filterDisabled;
  if (wrapper.config === undefined || wrapper.config.typeUrl === '') refuse(where, 'FilterConfig has no config');
  return context.filterConfig(name, wrapper.config, where, wrapper.isOptional);
}
