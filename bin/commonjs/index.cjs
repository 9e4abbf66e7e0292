'use strict';

module.exports = require('./node-require.cjs')('../../dist/src/board/index.js');
