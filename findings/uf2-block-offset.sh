#!/usr/bin/env bash
# uf2 2.0.0 (npm), isUF2Block.
#
# Guess: it says of 512 bytes whether they are a block of UF2, wherever in memory they stand: decodeBlock takes the same
# bytes, and a file that was read as a whole is cut into blocks with subarray().
# Seen: it looks at the start of the memory that the bytes are a part of. A block behind 16 other bytes is none for it, and
# decodeBlock decodes it; the same block copied to memory of its own is one. A small Buffer of Node (up to 4 KiB) is
# part of a pool, so there the answer depends on what was allocated before. Of any block of a large file it tells
# whether the file's first block is one.
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
cd "$tmp"
npm install --silent --no-audit --no-fund --ignore-scripts uf2@2.0.0
cat > block.js <<'JS'
const { encodeBlock, decodeBlock, isUF2Block } = require('uf2');
const block = encodeBlock({
  flags: 0x2000, flashAddress: 0x10000000, payload: new Uint8Array(256).fill(0xaa), blockNumber: 0, totalBlocks: 1,
  boardFamily: 0xe48bff56,
});
const memory = new Uint8Array(16 + 512);
memory.set(block, 16);
const behind = memory.subarray(16);
console.log(`on its own: ${isUF2Block(block)}`);
console.log(`behind 16 bytes: ${isUF2Block(behind)}, decoded for ${decodeBlock(behind).flashAddress.toString(16)}`);
console.log(`copied: ${isUF2Block(behind.slice())}`);
JS
node block.js | tee seen
printf '%s\n' 'on its own: true' 'behind 16 bytes: false, decoded for 10000000' 'copied: true' | cmp - seen
