/** Rules between the keys of MeshConfig; paths start at the document. */

import type { ValidationContext } from '../kinds/definition.ts';
import { validateLocalities } from '../kinds/destination-rule/validate-localities.ts';
import { providerKinds } from './extension-provider-schema.ts';
import { ignoredProxyKeys } from './proxy-config-schema.ts';
import type { WrittenMeshConfig } from './schema.ts';
import type { MeshConfig } from './spec.ts';

type Tellers = Pick<ValidationContext, 'report' | 'warn'>;

/** What BoringSSL has. */
const curves: ReadonlySet<string> = new Set([
  'P-224',
  'P-256',
  'P-384',
  'P-521',
  'X25519',
  'X25519Kyber768Draft00',
  'X25519MLKEM768',
]);

export function validateMeshConfig(written: WrittenMeshConfig, config: MeshConfig, tellers: Tellers): void {
  const { report, warn } = tellers;
  validateProviders(written, config, tellers);
  if (written.meshMTLS !== undefined && written.meshMTLS.ecdhCurves.length > 0)
    report('meshMTLS.ecdhCurves', 'the curves of mesh mTLS cannot be chosen', 'key');
  const seen = new Set<string>();
  config.tlsDefaults.ecdhCurves.forEach((curve, index) => {
    const path = `tlsDefaults.ecdhCurves[${index}]`;
    if (!curves.has(curve)) warn(path, `${JSON.stringify(curve)} is not a known curve; it is left out`);
    else if (seen.has(curve)) warn(path, `${JSON.stringify(curve)} is given twice`);
    seen.add(curve);
  });
  validateLocalities(config.localityLbSetting, 'localityLbSetting', true, tellers);
  for (const key of ignoredProxyKeys) {
    if (written.defaultConfig?.[key] !== undefined)
      warn(`defaultConfig.${key}`, `${key} has no effect: a proxy is told by its own flags`, 'key');
  }
  if (config.accessLogEncoding === 'JSON' && config.accessLogFormat !== '' && !isJsonObject(config.accessLogFormat))
    warn('accessLogFormat', 'accessLogFormat is not a JSON object, as JSON encoding asks for; Istio’s own is used');
}

function validateProviders(written: WrittenMeshConfig, config: MeshConfig, { report, warn }: Tellers): void {
  const names = new Set<string>();
  written.extensionProviders?.forEach((provider, index) => {
    const { name } = provider;
    if (providerKinds.filter((kind) => provider[kind] !== undefined).length !== 1)
      report(`extensionProviders[${index}]`, `exactly one of ${providerKinds.join(', ')} must be given`);
    if (names.has(name)) report(`extensionProviders[${index}].name`, `duplicate provider ${JSON.stringify(name)}`);
    names.add(name);
  });
  const known = new Set(config.extensionProviders.map(({ name }) => name.toLowerCase()));
  for (const [what, list] of Object.entries(config.defaultProviders)) {
    list.forEach((name: string, index: number) => {
      if (!known.has(name.toLowerCase()))
        warn(`defaultProviders.${what}[${index}]`, `no extension provider has the name ${JSON.stringify(name)}`);
    });
  }
}

function isJsonObject(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value);
  } catch {
    return false;
  }
}
