import { defineConfig } from 'vitest/config';

/** The tests that need a Kubernetes cluster: npm run e2e:kubernetes. */
export default defineConfig({
  test: {
    reporters: ['default', './scripts/closing-line.mjs'],
    include: ['{apps,libs}/**/*.kubernetes.e2e.test.ts'],
    exclude: ['**/node_modules/**', '**/dist/**'],
    fileParallelism: false,
    testTimeout: 120_000,
    hookTimeout: 300_000,
  },
});
