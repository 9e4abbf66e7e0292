'use strict';

module.exports = require('./node-require.cjs')('../../dist/src/kit/index.js');
