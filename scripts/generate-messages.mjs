// Generates protobuf-es messages into a library's `generated/`: shared by the scripts of the Nx target `generate`.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

const require = createRequire(import.meta.url);

/**
 * @param library its folder.
 * @param prepare puts protos into the folder that it is given.
 * @param roots protos to generate, with all they import; none: every proto of the folder.
 */
export function generateMessages({ library, prepare, roots = [] }) {
  const target = join(library, 'generated');
  // Made beside and renamed, so that nobody who runs meanwhile finds half of it.
  const fresh = `${target}.${process.pid}`;
  const work = mkdtempSync(join(tmpdir(), 'weft-protos-'));
  try {
    prepare(work);
    const plugin = {
      local: ['node', join(dirname(require.resolve('@bufbuild/protoc-gen-es/package.json')), 'bin', 'protoc-gen-es')],
      out: fresh,
      opt: ['target=ts', 'import_extension=ts', 'erasable_syntax=true'],
      ...(roots.length === 0 ? {} : { include_imports: true }),
    };
    writeFileSync(join(work, 'buf.yaml'), 'version: v2\n');
    writeFileSync(join(work, 'buf.gen.yaml'), JSON.stringify({ version: 'v2', plugins: [plugin] }));
    const buf = [require.resolve('@bufbuild/buf/bin/buf'), 'generate', ...roots.flatMap((path) => ['--path', path])];
    execFileSync(process.execPath, buf, { cwd: work, stdio: 'inherit' });
    const old = `${fresh}.old`;
    if (existsSync(target)) renameSync(target, old);
    renameSync(fresh, target);
    rmSync(old, { recursive: true, force: true });
  } finally {
    rmSync(fresh, { recursive: true, force: true });
    rmSync(work, { recursive: true, force: true });
  }
}
