'use strict';

// Node's own `require`, which runs ES modules. Under jest a file's `require` is jest's, and so are node:module and process:
// it refuses ES modules below Node 24.9, and `require('dtbus')` with them. node:vm leads out of its context.
const { createRequire } = require('node:vm').runInThisContext('process').getBuiltinModule('node:module');

module.exports = createRequire(__filename);
