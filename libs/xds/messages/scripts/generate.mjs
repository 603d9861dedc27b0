// Generates the xDS messages from the public protos that @grpc/grpc-js-xds carries. Run by the Nx target `generate`.
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';

const require = createRequire(import.meta.url);
const here = resolve(import.meta.dirname, '..');
const roots = readFileSync(join(here, 'proto', 'roots.txt'), 'utf8')
  .split('\n')
  .filter((line) => line !== '' && !line.startsWith('#'));

// Made beside and renamed, so that nobody who runs meanwhile finds half of it.
const fresh = join(here, `generated.${process.pid}`);
const work = mkdtempSync(join(tmpdir(), 'weft-protos-'));
try {
  const deps = join(dirname(require.resolve('@grpc/grpc-js-xds/package.json')), 'deps');
  for (const part of ['envoy-api', 'googleapis', 'protoc-gen-validate', 'xds']) {
    cpSync(join(deps, part), work, { recursive: true });
  }
  rmSync(join(work, 'tests'), { recursive: true, force: true });
  cpSync(join(here, 'proto', 'istio'), join(work, 'istio'), { recursive: true });
  addIgnoreEmpty(join(work, 'validate', 'validate.proto'));
  const plugin = require.resolve('@bufbuild/protoc-gen-es/package.json');
  writeFileSync(join(work, 'buf.yaml'), 'version: v2\n');
  writeFileSync(
    join(work, 'buf.gen.yaml'),
    JSON.stringify({
      version: 'v2',
      plugins: [
        {
          local: ['node', join(dirname(plugin), 'bin', 'protoc-gen-es')],
          out: fresh,
          opt: ['target=ts', 'import_extension=ts', 'erasable_syntax=true'],
          include_imports: true,
        },
      ],
    }),
  );
  const buf = require.resolve('@bufbuild/buf/bin/buf');
  execFileSync(process.execPath, [buf, 'generate', ...roots.flatMap((path) => ['--path', path])], {
    cwd: work,
    stdio: 'inherit',
  });
  const old = `${fresh}.old`;
  if (existsSync(join(here, 'generated'))) renameSync(join(here, 'generated'), old);
  renameSync(fresh, join(here, 'generated'));
  rmSync(old, { recursive: true, force: true });
} finally {
  rmSync(fresh, { recursive: true, force: true });
  rmSync(work, { recursive: true, force: true });
}

/** The bundled validate.proto is older than the protos that use it: it lacks one option of StringRules. */
function addIgnoreEmpty(path) {
  const text = readFileSync(path, 'utf8');
  const anchor = 'optional bool strict = 25 [default = true];';
  if (!text.includes(anchor))
    throw new Error(`${path}: the place for ignore_empty is not where it was; look at generate.mjs`);
  writeFileSync(path, text.replace(anchor, `${anchor}\n  optional bool ignore_empty = 26;`));
}
