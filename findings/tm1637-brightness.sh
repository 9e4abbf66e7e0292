#!/usr/bin/env bash
# tm1637 1.0.3 (npm).
#
# Guess: the option `brightness` sets the brightness of the display, and show('AF') shows both letters, as its table of
# segments goes up to F.
# Seen: whatever the option, the control byte is 88 (display on, least of eight steps); letters are blank, as the table is
# looked up by the character.
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
cd "$tmp"
npm install --silent --no-audit --no-fund --ignore-scripts tm1637@1.0.3
cat > display.cjs <<'JS'
const display = require('tm1637');
const [CLK, DIO] = [1, 2];
/** Listens to the two lines as the chip does: a bit at each rising clock, eight bits and an acknowledge. */
function listen(brightness, text) {
  const levels = { [CLK]: 1, [DIO]: 1 };
  const bytes = [];
  let bits = [];
  const board = {
    MODES: { OUTPUT: 0, INPUT: 1 },
    pinMode: () => {},
    digitalRead: (_pin, done) => done(0),
    digitalWrite: (pin, level) => {
      const before = levels[pin];
      levels[pin] = level;
      if (pin === DIO && levels[CLK] === 1 && before !== level) bits = [];
      if (pin !== CLK || before === 1 || level === 0) return;
      bits.push(levels[DIO]);
      if (bits.length < 9) return;
      bytes.push(bits.slice(0, 8).reduce((byte, bit, at) => byte | (bit << at), 0).toString(16).padStart(2, '0'));
      bits = [];
    },
  };
  display({ clk: CLK, dio: DIO, board, brightness }).show(text);
  return new Promise((resolve) => setTimeout(() => resolve(bytes.join(' ')), 300));
}
(async () => {
  console.log(`7, dark: ${await listen(0, '7')}; 7, bright: ${await listen(7, '7')}; AF: ${await listen(7, 'AF')}`);
})();
JS
seen=$(node display.cjs)
echo "$seen"
[[ $seen == '7, dark: 40 c0 07 88; 7, bright: 40 c0 07 88; AF: 40 c0 00 00 88' ]]
