'use strict';

module.exports = require('./node-require.cjs')('../../dist/src/virtio/index.js');
