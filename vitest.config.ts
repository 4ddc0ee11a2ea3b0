import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    // `npm run coverage`: the decisions are pure, so nothing in them is too hard to reach.
    coverage: {
      provider: 'v8',
      include: ['src/core/**'],
      reporter: ['text'],
      thresholds: { lines: 100, branches: 100, functions: 100, statements: 100 },
    },
    projects: [
      {
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: ['test/integration/**'],
          testTimeout: 30_000,
        },
      },
      {
        test: {
          name: 'integration',
          include: ['test/integration/**/*.test.ts'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
          fileParallelism: false,
        },
      },
    ],
  },
});
