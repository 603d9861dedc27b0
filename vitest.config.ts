import { defineConfig } from 'vitest/config';

/** Tests named *.e2e.test.ts start processes; they run one after another, after the others. */
export default defineConfig({
  test: {
    reporters: ['default', './scripts/closing-line.mjs'],
    projects: [
      {
        test: {
          name: 'unit',
          include: ['{apps,libs}/**/*.test.ts', 'scripts/**/*.test.ts', 'loadtests/**/*.test.mjs'],
          exclude: ['**/node_modules/**', '**/dist/**', '**/*.e2e.test.ts'],
        },
      },
      {
        test: {
          name: 'e2e',
          include: ['{apps,libs}/**/*.e2e.test.ts'],
          exclude: [
            ...['**/node_modules/**', '**/dist/**'],
            ...['compose', 'kubernetes', 'envoy'].map((needs) => `**/*.${needs}.e2e.test.ts`),
          ],
          fileParallelism: false,
          testTimeout: 180_000,
          hookTimeout: 120_000,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
