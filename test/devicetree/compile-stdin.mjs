// Compiles the source on standard input and prints the most memory that it took, in bytes. Run by memory.test.ts.
import { readFileSync } from 'node:fs';
import { compile } from '../../dist/src/devicetree/index.js';

const source = readFileSync(0);
const { tree, diagnostics } = compile('main.dts', source, {
  symbols: true,
  readFile: (path) => (path === 'main.dts' ? source : undefined),
});
if (tree === undefined && diagnostics.length === 0) throw new Error('neither a tree nor a message');
console.log(process.resourceUsage().maxRSS * 1024);
