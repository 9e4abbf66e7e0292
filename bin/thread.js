'use strict';

// The back-end's thread of a board, `src/board/thread/worker.ts`. It may be ended without a word to it, so it says itself
// when it has come up.

const { load } = require('./cached-script.js');

load(`${__dirname}/../dist/short/thread.cjs`, 'thread', (keep) => {
  globalThis[Symbol.for('dtbus.up')] = keep;
});
