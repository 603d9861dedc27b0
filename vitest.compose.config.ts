import { defineConfig } from 'vitest/config';

/** The tests that need a container engine: npm run e2e:compose. */
export default defineConfig({
  test: {
    reporters: ['default', './scripts/closing-line.mjs'],
    include: ['{apps,libs}/**/*.compose.e2e.test.ts'],
    exclude: ['**/node_modules/**', '**/dist/**'],
    fileParallelism: false,
    testTimeout: 180_000,
    hookTimeout: 900_000,
  },
});
