#!/usr/bin/env bash
# Two parsers of serialport 13.0.0 (npm): @serialport/parser-ready and parser-regex, each 13.0.0.
#
# Guess: the word that a device is ready by is found wherever it stands, and a read from the line ends anywhere, also
# within a character.
# Seen: the ready parser does not find "READY" in "ERREADY", nor the "\r\nOK" of a modem that echoes "AT\r", as the byte
# that breaks a match is not looked at as the first of the next. The regex parser makes text of each read alone: "°C"
# with a cut in the degree sign has two U+FFFD. No error in either.
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
cd "$tmp"
npm install --silent --no-audit --no-fund --ignore-scripts \
  @serialport/parser-ready@13.0.0 @serialport/parser-regex@13.0.0
cat > cut.cjs <<'JS'
const { setImmediate: turn } = require('node:timers/promises');
const { ReadyParser } = require('@serialport/parser-ready');
const { RegexParser } = require('@serialport/parser-regex');
async function show(name, parser, ...reads) {
  const seen = [];
  parser.on('ready', () => seen.push('ready'));
  parser.on('data', (data) => seen.push(JSON.stringify(data)));
  for (const read of reads) {
    parser.write(read);
    await turn();
  }
  console.log(`${name}: ${seen.join(', ')}`);
}
const ready = (delimiter) => new ReadyParser({ delimiter });
const LINE = Buffer.from('21.5 °C\n');
(async () => {
  await show('READY', ready('READY'), Buffer.from('boot READY'));
  await show('ERREADY', ready('READY'), Buffer.from('ERREADY'), Buffer.from('more'));
  await show('echo and OK', ready('\r\nOK'), Buffer.from('AT\r\r\nOK'), Buffer.from('more'));
  await show('whole', new RegexParser({ regex: /\n/ }), LINE);
  await show('cut', new RegexParser({ regex: /\n/ }), LINE.subarray(0, 6), LINE.subarray(6));
})();
JS
node cut.cjs | tee seen
cat > expected <<'SEEN'
READY: ready
ERREADY: 
echo and OK: 
whole: "21.5 °C"
cut: "21.5 ��C"
SEEN
cmp expected seen
