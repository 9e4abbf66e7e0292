#!/usr/bin/env bash
# intel-hex 0.2.0 (npm).
#
# Guess: parse(text, size, offset) gives at most `size` bytes, from `offset` on; its documentation says that what is
# beyond the size, and before the offset, is discarded.
# Seen: the record that crosses the size is kept whole, so 20 bytes asked for are 32. What is before the offset is not
# discarded: it is an error (RangeError, ERR_OUT_OF_RANGE).
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
cd "$tmp"
npm install --silent --no-audit --no-fund --ignore-scripts intel-hex@0.2.0
cat > size.cjs <<'JS'
const { parse } = require('intel-hex');
const record = (address, bytes) => {
  const data = [bytes.length, address >> 8, address & 0xff, 0, ...bytes];
  const sum = data.reduce((all, byte) => all + byte, 0);
  return `:${Buffer.from([...data, -sum & 0xff]).toString('hex').toUpperCase()}\n`;
};
const image = [0x00, 0x10, 0x20].map((at) => record(at, Array.from({ length: 16 }, (_, i) => at + i))).join('');
const text = `${image}:00000001FF\n`;
const tried = (...args) => {
  try {
    return parse(text, ...args).data.length;
  } catch (error) {
    return error.code;
  }
};
console.log(`all ${tried()}; 20 of it ${tried(20)}; from 16 on ${tried(64, 16)}`);
JS
seen=$(node size.cjs)
echo "$seen"
[[ $seen == 'all 48; 20 of it 32; from 16 on ERR_OUT_OF_RANGE' ]]
