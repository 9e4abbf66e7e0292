'use strict';

module.exports = require('./node-require.cjs')('../../dist/src/bus/index.js');
