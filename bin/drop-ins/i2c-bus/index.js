'use strict';

// Takes the place of npm's i2c-bus: "overrides": { "i2c-bus": "file:node_modules/dtbus/bin/drop-ins/i2c-bus" }.
// The board is the one that DTBUS_BOARD names; it comes up when the first node is opened.

// Node's own `require`, which runs ES modules: under jest a file's is jest's, and node:vm leads out of its context.
const { createRequire } = require('node:vm').runInThisContext('process').getBuiltinModule('node:module');
const nodeRequire = createRequire(__filename);

function dropIns() {
  try {
    return nodeRequire('../../../dist/src/board/entries/drop-ins.js');
  } catch (error) {
    // npm copied this folder out of dtbus (install-links): then dtbus itself is further up.
    if (error.code === 'MODULE_NOT_FOUND') return nodeRequire('dtbus/drop-ins');
    throw error;
  }
}

module.exports = dropIns().i2cBus;
