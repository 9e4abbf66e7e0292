'use strict';

module.exports = require('./node-require.cjs')('../../dist/src/sim/authors.js');
