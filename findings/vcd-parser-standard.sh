#!/usr/bin/env bash
# vcd-parser 1.0.1 (npm).
#
# Guess: it reads what a VCD file may hold by IEEE 1364: several changes in a line, a negative real number, unknown as X,
# $dumpoff, and a second name for one wire (two $var with one identifier, as Icarus Verilog and Verilator write for what
# goes through a module's port).
# Seen: each of the first four ends with "Invalid VCD data"; of two names the second is left out without a word.
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
cd "$tmp"
npm install --silent --no-audit --no-fund --ignore-scripts vcd-parser@1.0.1
cat > read.cjs <<'JS'
const { parse } = require('vcd-parser');
const HEAD = `$timescale 1 ns $end
$scope module top $end
$var wire 1 ! scl $end
$var wire 1 " sda $end
$var real 64 # volt $end
$scope module port $end
$var wire 1 ! clock $end
$upscope $end
$upscope $end
$enddefinitions $end
#0
`;
const CASES = {
  plain: '1!\n1"\n',
  'in a line': '1! 1"\n',
  negative: 'r-1.5 #\n',
  X: 'X!\n',
  '$dumpoff': '$dumpoff\nx!\n$end\n',
};
(async () => {
  const seen = [];
  for (const [name, changes] of Object.entries(CASES)) {
    const result = await parse(`${HEAD}${changes}#5\n0!\n`).catch((error) => error);
    // Refused ones end in undefined.
    seen.push(`${name}: ${result?.signal?.map((each) => each.name).join(' ') ?? 'refused'}`);
  }
  console.log(seen.join('; '));
})();
JS
seen=$(node read.cjs)
echo "$seen"
[[ $seen == 'plain: top.scl top.sda top.volt; in a line: refused; negative: refused; X: refused; $dumpoff: refused' ]]
