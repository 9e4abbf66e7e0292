'use strict';

// Takes the place of npm's onoff: "overrides": { "onoff": "file:node_modules/dtbus/bin/drop-ins/onoff" }.
// The board is the one that DTBUS_BOARD names; it comes up with the first Gpio.

function dropIns() {
  try {
    return require('../../../dist/src/board/entries/drop-ins.js');
  } catch (error) {
    // npm copied this folder out of dtbus (install-links): then dtbus itself is further up.
    if (error.code === 'MODULE_NOT_FOUND') return require('dtbus/drop-ins');
    throw error;
  }
}

module.exports = dropIns().onoff;
