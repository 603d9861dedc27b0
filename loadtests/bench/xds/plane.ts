/**
 * A control plane of a benchmark: certificates for sidecars, and the resources of a JSON file as they stand there.
 * Usage: plane.mjs FILE TOKEN_DIR. FILE holds {group: [resource with "@type", …]}; SIGHUP reads it again. Prints its port.
 */

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fromJson, type JsonObject, toBinary } from '@bufbuild/protobuf';
import { startFakeControlPlane, type TestResource } from '@weft/data-proxy/testing';
import { messageRegistry } from '@weft/xds-messages/registry';

const registry = messageRegistry();

const [file = '', tokenDir = ''] = process.argv.slice(2);
const plane = await startFakeControlPlane();

function read(): void {
  const groups = JSON.parse(readFileSync(file, 'utf8')) as Record<string, readonly JsonObject[]>;
  for (const [group, list] of Object.entries(groups)) plane.serve(group, list.map(toResource));
}

function toResource({ '@type': typeUrl, ...json }: JsonObject): TestResource {
  const schema = registry.getMessage(String(typeUrl).replace(/^.*\//, ''));
  if (schema === undefined) throw new Error(`${String(typeUrl)} is not known to the benchmark's control plane`);
  const bytes = toBinary(schema, fromJson(schema, json, { registry }));
  return { typeUrl: String(typeUrl), name: String(json['name']), bytes };
}

read();
for (const group of ['client', 'server']) {
  const folder = join(tokenDir, group);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'token'), `bench/${group}\n`, { mode: 0o600 });
  writeFileSync(join(folder, 'root-cert.pem'), plane.ca.rootPem);
}
process.on('SIGHUP', read);
process.on('SIGTERM', () => {
  plane.stop();
  process.exit(0);
});
process.stdout.write(`${plane.port}\n`);
