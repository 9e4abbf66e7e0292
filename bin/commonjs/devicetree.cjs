'use strict';

module.exports = require('./node-require.cjs')('../../dist/src/devicetree/index.js');
