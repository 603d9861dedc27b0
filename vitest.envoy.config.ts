import { defineConfig } from 'vitest/config';

/** The tests with stock Envoys as sidecars: npm run e2e:envoy. */
export default defineConfig({
  test: {
    reporters: ['default', './scripts/closing-line.mjs'],
    include: ['{apps,libs}/**/*.envoy.e2e.test.ts'],
    exclude: ['**/node_modules/**', '**/dist/**'],
    fileParallelism: false,
    testTimeout: 60_000,
    hookTimeout: 150_000,
  },
});
