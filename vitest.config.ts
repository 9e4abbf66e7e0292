import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';
import { pathWithNode } from './test/support/node-path.ts';

// Tests start plain `node` and `npx`: they meet the Node that runs the tests.
process.env['PATH'] = pathWithNode(process.env['PATH'] ?? '', process.execPath);

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/support/build.ts'],
    setupFiles: ['test/runtime-folder.ts'],
    testTimeout: 240_000,
    hookTimeout: 240_000,
    // A machine at work: what is waited for comes, but not within a second.
    expect: { poll: { timeout: 20_000 } },
    // Tests wait for guests and browsers most of the time: one worker would leave half of two cores idle.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    reporters: ['default', ['json', { outputFile: 'coverage/results.json' }]],
    coverage: {
      provider: 'v8',
      include: ['src/**/*.ts', 'hosts/**/*.ts'],
      reporter: ['text-summary', 'json-summary'],
      reportOnFailure: true,
    },
  },
});
