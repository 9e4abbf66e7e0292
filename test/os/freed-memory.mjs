// Takes 6 MiB in blocks and frees them, again and again. Prints by how many pages each time was more than the memory had.
import { createRequire } from 'node:module';
import { keepFreedMemory } from '../../dist/src/os/index.js';

const libc = createRequire(import.meta.url)('koffi').load(null);
const malloc = libc.func('uintptr_t malloc(size_t size)');
const memset = libc.func('uintptr_t memset(uintptr_t block, int byte, size_t size)');
const free = libc.func('void free(uintptr_t block)');

const BLOCK = 65_536;
const blocks = new Array(96).fill(0);

function faults() {
  const before = process.resourceUsage().minorPageFault;
  for (let i = 0; i < blocks.length; i++) {
    blocks[i] = malloc(BLOCK);
    memset(blocks[i], 1, BLOCK);
  }
  for (let i = blocks.length - 1; i >= 0; i--) free(blocks[i]);
  return process.resourceUsage().minorPageFault - before;
}

faults();
const given = faults();
keepFreedMemory();
faults();
console.log(JSON.stringify({ given, kept: faults() }));
