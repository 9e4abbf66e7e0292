#!/usr/bin/env node
import module from 'node:module';

// Newer Nodes (22.8, 24, 26) keep the compiled modules in the user's temporary folder: a command starts in less time.
module.enableCompileCache?.();
const { main } = await import('../dist/src/cli/main.js');

process.exitCode = await main(process.argv);
