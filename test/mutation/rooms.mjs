/**
 * What a mutation run changes and which tests must notice, by room. Only fast tests in one process stand here: Stryker runs
 * those that reach a mutant once for each. `slow` ones run after them, for what they left. `mutate` is in the order of
 * importance. `early` imports what is mutated before all tests: where it is imported in the middle of
 * a test, only that test would be tried with the mutants of its tables. A test that starts a thread or a program of ours fails
 * here: the copy has no build.
 */
export const ROOMS = {
  values: {
    mutate: [
      'src/devicetree/syntax/value-parser.ts',
      'src/devicetree/syntax/array-parser.ts',
      'src/devicetree/syntax/data-builder.ts',
      'src/devicetree/tokens/literals.ts',
    ],
    tests: [
      'test/devicetree/{compile,language,pitfalls}.test.ts',
      'test/devicetree/syntax/values.test.ts',
      'test/devicetree/diagnostics/*.test.ts',
      'test/devicetree/write/*.test.ts',
    ],
    slow: ['test/devicetree/syntax/many-pieces.test.ts'],
  },
  virtio: {
    mutate: ['src/virtio/{split,packed,chain}/*.ts', 'src/virtio/**/*.ts'],
    tests: [
      'test/virtio/{split,packed,chain,memory,device,requests}/**/*.test.ts',
      'test/virtio/queue/{adaptive-spin,driver-restore,indirect-tables,queue-state,queue-properties}.test.ts',
      'test/virtio/hostile-*.test.ts',
    ],
    slow: ['test/virtio/queue/queue-{model,wrap}.test.ts'],
  },
  backend: {
    mutate: ['src/backend/manager/*.ts', 'src/backend/**/*.ts'],
    tests: [
      'test/backend/*.test.ts',
      'test/backend/manager/*.test.ts',
      'test/backend/devices/{bounce-buffers,framing-rules,gpio-*,i2c-flags,request-*,spi-request}.test.ts',
    ],
    slow: [
      'test/backend/clients/*.test.ts',
      'test/backend/devices/{spi-framing,failure}.test.ts',
      'test/frontend/{i2c,spi}-driver.test.ts',
    ],
  },
  parts: {
    mutate: ['src/parts/*.ts', 'src/parts/{memories,muxes,clocks}/*.ts', 'src/parts/*/*.ts'],
    tests: [
      'test/parts/*/*.test.ts',
      'test/parts/{alert-response,busy,fields,general-call,load,opcodes}.test.ts',
    ],
    early: true,
  },
  sim: {
    mutate: ['src/sim/chip/*.ts', 'src/sim/kit/*.ts', 'src/sim/{wire,populate,own}/*.ts'],
    tests: ['test/sim/{chip,kit,own,populate,wire}/*.test.ts'],
    slow: [
      'test/parts/*/*.test.ts',
      'test/parts/{alert-response,general-call}.test.ts',
      'test/hosts/simulated/{wire-time,one-time,mixed}.test.ts',
    ],
    early: true,
  },
  trace: {
    mutate: ['src/trace/*.ts', 'src/trace/decode/*.ts'],
    tests: ['test/trace/*.test.ts'],
  },
  recording: {
    mutate: ['src/recording/*.ts', 'src/recording/text/*.ts'],
    tests: ['test/recording/*.test.ts'],
  },
  kit: {
    mutate: ['src/kit/*.ts'],
    tests: ['test/kit/{expectations,sweep}.test.ts'],
  },
  faults: {
    mutate: ['src/faults/*.ts'],
    tests: ['test/faults/i2c.test.ts'],
  },
};
