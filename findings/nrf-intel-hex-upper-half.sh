#!/usr/bin/env bash
# nrf-intel-hex 1.4.0 (npm).
#
# Guess: a file holds addresses of 32 bits (Intel's hex format, record type 04), so what asHexString() writes, fromHex()
# reads, also above 80000000, where RISC-V cores have their memory and STM32 chips their external flash.
# Seen: from 80000000 on fromHex() refuses the file: "Address passed to MemoryMap is negative". 7ffffff0 is read.
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
cd "$tmp"
npm install --silent --no-audit --no-fund --ignore-scripts nrf-intel-hex@1.4.0
cat > upper.cjs <<'JS'
const MemoryMap = require('nrf-intel-hex');
function readBack(address) {
  const text = new MemoryMap([[address, Uint8Array.of(0x11, 0x22)]]).asHexString();
  try {
    return [...MemoryMap.fromHex(text).keys()].map((each) => each.toString(16)).join(' ');
  } catch (error) {
    return `${text.split('\n')[0]} ${error.message}`;
  }
}
console.log(`${readBack(0x7ffffff0)}; ${readBack(0x80000000)}`);
JS
seen=$(node upper.cjs)
echo "$seen"
[[ $seen == '7ffffff0; :0200000480007A Address passed to MemoryMap is negative' ]]
