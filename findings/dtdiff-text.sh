#!/usr/bin/env bash
# dtdiff 1.6.1 (Debian device-tree-compiler 1.6.1-4+b1).
#
# Guess: dtdiff compares trees: two files whose blobs are the same have no difference, a board's blob has none from its
# own source, where a node stands in the source does not matter, and where a file cannot be compiled the exit code is
# that of an error, 2 as with diff.
# Seen: it compares two texts that dtc writes. A property that is a string in one source and the same bytes as a cell
# in the other differs; so does a blob from its own source where that has two strings or cells of 16 bits. Nodes that
# refer to one another and stand in another order differ, as their phandles are numbered in the order of the file. And
# two sources of a kernel, which dtc does not take without cpp, are two empty texts: whatever they say, the exit code
# is 0.
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
cd "$tmp"
apt-get download -qq -o APT::Sandbox::User=root device-tree-compiler=1.6.1-4+b1 libfdt1=1.6.1-4+b1 >/dev/null
for deb in *.deb; do dpkg -x "$deb" root; done
export PATH="$tmp/root/usr/bin:$PATH"
LD_LIBRARY_PATH=$(dirname "$(find "$tmp/root" -name 'libfdt.so.1' | head -1)")
export LD_LIBRARY_PATH
source_of() { printf '%s\n' '/dts-v1/;' "/ { $1 };" > "$2.dts"; }
source_of 'model = "abc";' string
source_of 'model = <0x61626300>;' cell
source_of 'compatible = "acme,board", "acme,base"; delays = /bits/ 16 <1 2>;' board
source_of 'a: a { next = <&b>; }; b: b { next = <&c>; }; c: c { next = <&a>; };' abc
source_of 'c: c { next = <&a>; }; b: b { next = <&c>; }; a: a { next = <&b>; };' cba
source_of 'i2c { clock-frequency = <100000>; };' slow
source_of 'i2c { clock-frequency = <400000>; };' fast
for speed in slow fast; do
  printf '#define RATE %s\n' "$(grep -o '[0-9]*00000' $speed.dts)" > kernel-$speed.dts
  sed 's/[0-9]*00000/RATE/' $speed.dts >> kernel-$speed.dts
done
for name in string cell board; do dtc -q -o $name.dtb $name.dts; done
cmp string.dtb cell.dtb
compare() {
  local code=0
  dtdiff "$1" "$2" > text 2> log || code=$?
  echo "$1 $2: exit code $code, $(grep -c '^[-+]	' text || true) lines"
}
{
  compare string.dts cell.dts
  compare board.dtb board.dts
  compare abc.dts cba.dts
  compare slow.dts fast.dts
  compare kernel-slow.dts kernel-fast.dts
  # The two compilers run beside it, and write at the same time.
  for _ in $(seq 50); do
    [[ $(grep -o 'syntax error' log | wc -l) == 2 ]] && break
    sleep 0.1
  done
  grep -o 'syntax error' log
} | tee seen
cat > expected <<'SEEN'
string.dts cell.dts: exit code 1, 2 lines
board.dtb board.dts: exit code 1, 4 lines
abc.dts cba.dts: exit code 1, 8 lines
slow.dts fast.dts: exit code 1, 2 lines
kernel-slow.dts kernel-fast.dts: exit code 0, 0 lines
syntax error
syntax error
SEEN
cmp expected seen
