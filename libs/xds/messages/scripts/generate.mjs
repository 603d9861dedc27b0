// Generates the xDS messages from the public protos that @grpc/grpc-js-xds carries. Run by the Nx target `generate`.
import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { generateMessages } from '../../../../scripts/generate-messages.mjs';

const require = createRequire(import.meta.url);
const library = resolve(import.meta.dirname, '..');
const roots = readFileSync(join(library, 'proto', 'roots.txt'), 'utf8')
  .split('\n')
  .filter((line) => line !== '' && !line.startsWith('#'));

generateMessages({
  library,
  roots,
  prepare(work) {
    const deps = join(dirname(require.resolve('@grpc/grpc-js-xds/package.json')), 'deps');
    for (const part of ['envoy-api', 'googleapis', 'protoc-gen-validate', 'xds']) {
      cpSync(join(deps, part), work, { recursive: true });
    }
    rmSync(join(work, 'tests'), { recursive: true, force: true });
    for (const part of ['istio', 'spiffe', 'weft']) {
      cpSync(join(library, 'proto', part), join(work, part), { recursive: true });
    }
    addIgnoreEmpty(join(work, 'validate', 'validate.proto'));
  },
});

/** The bundled validate.proto is older than the protos that use it: it lacks one option of StringRules. */
function addIgnoreEmpty(path) {
  const text = readFileSync(path, 'utf8');
  const anchor = 'optional bool strict = 25 [default = true];';
  if (!text.includes(anchor))
    throw new Error(`${path}: the place for ignore_empty is not where it was; look at generate.mjs`);
  writeFileSync(path, text.replace(anchor, `${anchor}\n  optional bool ignore_empty = 26;`));
}
