import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

/** Vitest leaves a processor free otherwise: of two that is half. */
const maxWorkers = availableParallelism();

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
          maxWorkers,
          include: ['test/**/*.test.ts'],
          exclude: [
            'test/integration/**',
            'test/crash/**',
            'test/host-booted/**',
            'test/audit/whole-run.test.ts',
          ],
          // Longer than test/support/wait-until.ts waits, which says for what; and a machine with much to do computes as
          // long for fifty orders. Hooks make what the tests of a file share, for example a bundle.
          testTimeout: 90_000,
          hookTimeout: 90_000,
        },
      },
      {
        test: {
          // Thousands of passes: too long for the quick loop, too important to be anywhere but in scripts/test.
          name: 'crash',
          maxWorkers,
          include: ['test/crash/**/*.test.ts'],
          testTimeout: 300_000,
        },
      },
      {
        test: {
          name: 'integration',
          include: ['test/integration/**/*.test.ts'],
          testTimeout: 300_000,
          hookTimeout: 300_000,
          fileParallelism: false,
          sequence: { groupOrder: 1 },
          globalSetup: 'test/support/record-run.ts',
        },
      },
      {
        test: {
          // Reads what the integration tests of the same run have left: after the last of them.
          name: 'audit',
          include: ['test/audit/whole-run.test.ts'],
          sequence: { groupOrder: 2 },
          testTimeout: 120_000,
        },
      },
      {
        test: {
          // Root's alone, and in a network of its own (scripts/in-netns): boots a Debian 12 with systemd.
          name: 'host',
          include: ['test/host-booted/**/*.test.ts'],
          testTimeout: 300_000,
          hookTimeout: 300_000,
          fileParallelism: false,
          sequence: { groupOrder: 3 },
          globalSetup: 'test/support/package-run.ts',
        },
      },
    ],
  },
});
