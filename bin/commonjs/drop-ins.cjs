'use strict';

module.exports = require('./node-require.cjs')('../../dist/src/board/entries/drop-ins.js');
