#!/usr/bin/env bash
# dtc 1.6.1 (Debian device-tree-compiler 1.6.1-4+b1).
#
# Guess: expressions in parentheses, which have C's operators, are reckoned as C does: -1 is less than 1, -7 % 3 is -1,
# and ~0 is ffffffff where a cell has 32 bits.
# Seen: all is reckoned in 64 bits without a sign, and cut down to the cell at the end: (-1 < 1) is 0, (-1 > 0) is 1,
# (-7 % 3) is 0 and (~0 == 0xffffffff) is 0. No message, exit code 0. A cell of (-1) is ffffffff, as one would expect.
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
cd "$tmp"
apt-get download -qq -o APT::Sandbox::User=root device-tree-compiler=1.6.1-4+b1 libfdt1=1.6.1-4+b1 >/dev/null
for deb in *.deb; do dpkg -x "$deb" root; done
export PATH="$tmp/root/usr/bin:$PATH"
LD_LIBRARY_PATH=$(dirname "$(find "$tmp/root" -name 'libfdt.so.1' | head -1)")
export LD_LIBRARY_PATH

printf '/dts-v1/;\n/ { a = <(-1 < 1) (-1 > 0) ((-7) %% 3) (~0 == 0xffffffff) (-1)>; };\n' > board.dts
dtc -O dtb -o board.dtb board.dts 2> log
[ ! -s log ] || { echo "changed: it says $(cat log)"; exit 1; }
fdtget -t x board.dtb / a | tee seen
[ "$(cat seen)" = '0 1 0 0 ffffffff' ]
