#!/usr/bin/env bash
# @johntalton/eeprom 1.1.1 (npm), EEPROM.write.
#
# Guess: all bytes are written, a page at a time, however many they are.
# Seen: with the default page of 32 bytes, 40 bytes at address 0 write 32, and the promise is fulfilled: the loop over
# the further pages ends at how many bytes are left, and not at where they end. 64 and 96 bytes are whole. A second write
# follows the first at once: the cycle of a 24C part, up to 5 ms in which it does not acknowledge, is the caller's.
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
cd "$tmp"
npm install --silent --no-audit --no-fund --ignore-scripts @johntalton/eeprom@1.1.1
cat > write.mjs <<'JS'
import { EEPROM } from '@johntalton/eeprom';
const seen = [];
for (const length of [32, 40, 64, 70, 96]) {
  const memory = new Set();
  const bus = {
    async writeI2cBlock([high, low], bytes) {
      for (let i = 0; i < bytes.byteLength; i++) memory.add(high * 256 + low + i);
    },
  };
  await EEPROM.from(bus).write(0, new Uint8Array(length));
  seen.push(`${length}: ${memory.size}`);
}
console.log(seen.join(', '));
JS
seen=$(node write.mjs)
echo "$seen"
[[ $seen == '32: 32, 40: 32, 64: 64, 70: 64, 96: 96' ]]
