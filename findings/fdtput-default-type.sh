#!/usr/bin/env bash
# fdtput 1.6.1 (Debian device-tree-compiler 1.6.1-4+b1), without -t.
#
# Guess: `fdtput board.dtb / compatible acme,board` stores the string, as the fdtget that reads it back would
# print one; or it says that "acme,board" is no number.
# Seen: the default type is a decimal cell, the text is not a number, and a cell of 0 is stored: no message, exit
# code 0, and the property that was there is gone. "12,13" stores 12. With -t bx, the byte 1ff stores ff.
# With -t s the string is stored.
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
cd "$tmp"
apt-get download -qq -o APT::Sandbox::User=root device-tree-compiler=1.6.1-4+b1 libfdt1=1.6.1-4+b1 >/dev/null
for deb in *.deb; do dpkg -x "$deb" root; done
export PATH="$tmp/root/usr/bin:$PATH"
LD_LIBRARY_PATH=$(dirname "$(find "$tmp/root" -name 'libfdt.so.1' | head -1)")
export LD_LIBRARY_PATH

printf '/dts-v1/;\n/ { compatible = "old,board"; n = <7>; b = [00]; };\n' > board.dts
dtc -q -O dtb -o board.dtb board.dts

expect() { # WHAT EXPECTED GOT
  printf '%s: %s\n' "$1" "$3"
  [ "$2" = "$3" ] || { echo "changed: expected $2"; exit 1; }
}
fdtput board.dtb / compatible acme,board
expect 'exit code without -t' 0 $?
expect 'compatible without -t' 0 "$(fdtget -t x board.dtb / compatible)"
fdtput board.dtb / n 12,13
expect 'n after "12,13"' 12 "$(fdtget board.dtb / n)"
fdtput -t bx board.dtb / b 1ff
expect 'b after -t bx 1ff' ff "$(fdtget -t bx board.dtb / b)"
fdtput -t s board.dtb / compatible acme,board
expect 'compatible with -t s' acme,board "$(fdtget board.dtb / compatible)"
