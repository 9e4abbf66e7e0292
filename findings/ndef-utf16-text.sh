#!/usr/bin/env bash
# ndef 0.2.0 (npm).
#
# Guess: a text record of an NFC tag is read in both of its encodings: bit 7 of the first byte of the payload says whether
# the text is UTF-8 or UTF-16, with or without a byte order mark, big-endian where there is none (NFC Forum, Text Record
# Type Definition, sections 3.2.1 and 3.4).
# Seen: the bit is not looked at, and all is taken for UTF-8: "hi" in UTF-16 is four characters, two of them 0, with two
# U+FFFD in front where there is a byte order mark; of "日本" nothing is left. No error. UTF-8 is right, and all that it
# writes is UTF-8, so it reads back whatever it wrote itself.
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
cd "$tmp"
npm install --silent --no-audit --no-fund --ignore-scripts ndef@0.2.0
cat > text.cjs <<'JS'
const ndef = require('ndef');
const utf16 = (text) => [...Buffer.from(text, 'utf16le').swap16()];
/** A message of one text record in English. */
const message = (status, bytes) => [0xd1, 1, 3 + bytes.length, 0x54, status, 0x65, 0x6e, ...bytes];
for (const text of ['hi', '日本'])
  for (const [name, status, bytes] of [
    ['UTF-8', 0x02, [...Buffer.from(text)]],
    ['UTF-16', 0x82, utf16(text)],
    ['UTF-16 with a byte order mark', 0x82, [0xfe, 0xff, ...utf16(text)]],
  ]) {
    const [{ value }] = ndef.decodeMessage(message(status, bytes));
    console.log(`${text}, ${name}: ${[...value].map((c) => c.codePointAt(0).toString(16)).join(' ')}`);
  }
JS
node text.cjs | tee seen
cat > expected <<'SEEN'
hi, UTF-8: 68 69
hi, UTF-16: 0 68 0 69
hi, UTF-16 with a byte order mark: fffd fffd 0 68 0 69
日本, UTF-8: 65e5 672c
日本, UTF-16: 65 fffd 67 2c
日本, UTF-16 with a byte order mark: fffd fffd 65 fffd 67 2c
SEEN
cmp expected seen
