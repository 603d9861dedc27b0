/** A MeshConfig as written → one with all that Istio takes where nothing is written. */

import { defaultMeshConfig } from './defaults.ts';
import type { ExtensionProvider } from './extension-provider.ts';
import type { ProxyConfigDefaults } from './proxy-config.ts';
import { ignoredProxyKeys } from './proxy-config-schema.ts';
import type { WrittenMeshConfig } from './schema.ts';
import type { MeshConfig } from './spec.ts';

/** Lists replace the default ones, but for providers, which are laid over them by name, and maps of `defaultConfig`. */
export function applyMeshDefaults(written: WrittenMeshConfig): MeshConfig {
  const {
    connectTimeout,
    protocolDetectionTimeout,
    dnsRefreshRate,
    defaultConfig,
    extensionProviders,
    defaultProviders,
    rootNamespace = '',
    trustDomainAliases = [],
    ...rest
  } = written;
  const base = defaultMeshConfig;
  return {
    ...base,
    ...rest,
    rootNamespace: rootNamespace === '' ? base.rootNamespace : rootNamespace,
    trustDomainAliases: [...new Set(trustDomainAliases)].sort(),
    connectTimeoutMs: connectTimeout ?? base.connectTimeoutMs,
    protocolDetectionTimeoutMs: protocolDetectionTimeout ?? base.protocolDetectionTimeoutMs,
    dnsRefreshRateMs: dnsRefreshRate ?? base.dnsRefreshRateMs,
    defaultProviders: { ...base.defaultProviders, ...defaultProviders },
    extensionProviders: mergeProviders(extensionProviders ?? []),
    defaultConfig: proxyDefaults(defaultConfig ?? {}),
  };
}

function mergeProviders(written: readonly ExtensionProvider[]): ExtensionProvider[] {
  const byName = new Map(defaultMeshConfig.extensionProviders.map((provider) => [provider.name, provider]));
  for (const provider of written) byName.set(provider.name, provider);
  return [...byName.values()];
}

function proxyDefaults(written: NonNullable<WrittenMeshConfig['defaultConfig']>): ProxyConfigDefaults {
  const { terminationDrainDuration, drainDuration, ...rest } = written;
  const base = defaultMeshConfig.defaultConfig;
  const ignored: ReadonlySet<string> = new Set(ignoredProxyKeys);
  const kept = Object.fromEntries(Object.entries(rest).filter(([key]) => !ignored.has(key))) as typeof rest;
  return {
    ...base,
    ...kept,
    terminationDrainDurationMs: terminationDrainDuration ?? base.terminationDrainDurationMs,
    drainDurationMs: drainDuration ?? base.drainDurationMs,
  };
}
