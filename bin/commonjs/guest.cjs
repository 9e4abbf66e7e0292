'use strict';

module.exports = require('./node-require.cjs')('../../dist/src/guest/index.js');
