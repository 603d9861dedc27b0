// Generates the messages of the shop's gRPC contracts. Run by the Nx target `generate`.
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';

const require = createRequire(import.meta.url);
const here = resolve(import.meta.dirname, '..');

// Made beside and renamed, so that nobody who runs meanwhile finds half of it.
const fresh = join(here, `generated.${process.pid}`);
const work = mkdtempSync(join(tmpdir(), 'weft-contracts-'));
try {
  cpSync(join(here, 'proto'), work, { recursive: true });
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
        },
      ],
    }),
  );
  execFileSync(process.execPath, [require.resolve('@bufbuild/buf/bin/buf'), 'generate'], {
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
