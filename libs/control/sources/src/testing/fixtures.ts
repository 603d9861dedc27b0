/** Small pieces that the tests of sources share. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLogger } from '@weft/telemetry';
import { onTestFinished } from 'vitest';

export const silentLogger = createLogger({ name: 'test', level: 'silent' });

/** A folder of its own, removed when the test is over. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'weft-sources-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export function serviceText(name: string, port: number, namespace = 'shop'): string {
  return `apiVersion: v1\nkind: Service\nmetadata: { name: ${name}, namespace: ${namespace} }\nspec: { selector: { app: a }, ports: [{ port: ${port} }] }\n`;
}

/** Counts calls of `bump` and lets a test wait for a state instead of sleeping. */
export function createChangeCounter() {
  let count = 0;
  let waiting: { readonly holds: () => boolean; readonly resolve: () => void }[] = [];
  return {
    count: () => count,
    bump(): void {
      count++;
      for (const { resolve } of waiting.filter(({ holds }) => holds())) resolve();
      waiting = waiting.filter(({ holds }) => !holds());
    },
    /** Resolves when `holds` is true, judged now and after each change. */
    until(holds: () => boolean): Promise<void> {
      if (holds()) return Promise.resolve();
      return new Promise((resolve) => waiting.push({ holds, resolve }));
    },
  };
}
