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
    for (const part of ['istio', 'opentelemetry', 'spiffe', 'weft']) {
      cpSync(join(library, 'proto', part), join(work, part), { recursive: true });
    }
    addIgnoreEmpty(join(work, 'validate', 'validate.proto'));
    addDirectService(join(work, 'envoy/extensions/access_loggers/open_telemetry/v3/logs_service.proto'));
  },
});

/** The bundled validate.proto is older than the protos that use it: it lacks one option of StringRules. */
function addIgnoreEmpty(path) {
  const anchor = 'optional bool strict = 25 [default = true];';
  insert(path, anchor, `${anchor}\n  optional bool ignore_empty = 26;`);
}

/** Envoy 1.40 warns of `common_config`; the bundled proto does not have what takes its place yet. */
function addDirectService(path) {
  const anchor = 'bool disable_builtin_labels = 5;';
  insert(path, anchor, `config.core.v3.GrpcService grpc_service = 9;\n\n  string log_name = 10;\n\n  ${anchor}`);
  const imported = 'import "envoy/config/core/v3/extension.proto";';
  insert(path, imported, `${imported}\nimport "envoy/config/core/v3/grpc_service.proto";`);
}

function insert(path, anchor, text) {
  const before = readFileSync(path, 'utf8');
  if (!before.includes(anchor)) throw new Error(`${path}: ${anchor} is not where it was; look at generate.mjs`);
  writeFileSync(path, before.replace(anchor, text));
}
