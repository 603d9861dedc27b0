/** The folder of a test's mesh, with the configuration that its control plane watches. */

import { mkdirSync, mkdtempSync, renameSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface ConfigFolder {
  /** For whatever the mesh keeps; the caller removes it. */
  readonly folder: string;
  /** Inside of it. */
  readonly configDir: string;
  /** Writes a file of the configuration as an editor does: beside, then renamed. */
  write(file: string, yaml: string): void;
}

/** @param files name → YAML, the first content. */
export function createConfigFolder(files: Readonly<Record<string, string>>): ConfigFolder {
  const folder = mkdtempSync(join(tmpdir(), 'weft-mesh-'));
  const configDir = join(folder, 'mesh');
  mkdirSync(configDir);
  const write = (file: string, yaml: string): void => {
    writeFileSync(join(folder, 'next.yaml'), yaml);
    renameSync(join(folder, 'next.yaml'), join(configDir, file));
  };
  for (const [file, yaml] of Object.entries(files)) write(file, yaml);
  return { folder, configDir, write };
}
