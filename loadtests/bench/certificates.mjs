// Throw-away certificates for the peers: what Weft's sidecars get from the CA, the others get as files.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { bundle } from './bundle.mjs';

/** @returns {{client: {cert, key, roots}, server: {cert, key, roots}}} paths of PEM files in `folder`. */
export async function makeCertificates(folder) {
  const outfile = await bundle(
    folder,
    'certificates',
    "export { createFakeCa } from './libs/identity/src/testing/index.ts'; export { systemClock } from './libs/kernel/src/index.ts';",
  );
  const { createFakeCa, systemClock } = await import(pathToFileURL(outfile).href);
  const ca = await createFakeCa(systemClock);
  const files = {};
  for (const name of ['client', 'server']) {
    const material = await ca.issue(`spiffe://cluster.local/ns/bench/sa/${name}`);
    const own = join(folder, `certificates-${name}`);
    mkdirSync(own);
    files[name] = { cert: join(own, 'cert.pem'), key: join(own, 'key.pem'), roots: join(own, 'roots.pem') };
    writeFileSync(files[name].cert, material.certChainPem);
    writeFileSync(files[name].key, material.privateKeyPem, { mode: 0o600 });
    writeFileSync(files[name].roots, material.rootsPem);
  }
  return files;
}
