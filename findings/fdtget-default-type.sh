#!/usr/bin/env bash
# fdtget 1.6.1 (Debian device-tree-compiler 1.6.1-4+b1), without -t.
#
# Guess: a cell is printed as the number that stands in the source: `reg = <0x80000000 ...>` is 2147483648, for a script
# that reckons with it.
# Seen: two cells of memory at 80000000 are "-2147483648 536870912", and a clock of 3 GHz is -1294967296: numbers have a
# sign. A cell whose bytes are letters with a zero at the end is text: a clock of 1416 MHz, which is 54667200, is "Tfr",
# and one of 1500 MHz "Yh/", where 1512 MHz is 1512000000. With -t i the letters are a number, with a sign still; -t u
# has both right. No message, exit code 0.
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
cd "$tmp"
apt-get download -qq -o APT::Sandbox::User=root device-tree-compiler=1.6.1-4+b1 libfdt1=1.6.1-4+b1 >/dev/null
for deb in *.deb; do dpkg -x "$deb" root; done
export PATH="$tmp/root/usr/bin:$PATH"
LD_LIBRARY_PATH=$(dirname "$(find "$tmp/root" -name 'libfdt.so.1' | head -1)")
export LD_LIBRARY_PATH

cat > board.dts <<'DTS'
/dts-v1/;
/ {
	memory = <0x80000000 0x20000000>;
	mhz-3000 = <3000000000>;
	mhz-1416 = <1416000000>;
	mhz-1500 = <1500000000>;
	mhz-1512 = <1512000000>;
};
DTS
dtc -O dtb -o board.dtb board.dts
for name in memory mhz-3000 mhz-1416 mhz-1500 mhz-1512; do
  echo "$name: $(fdtget board.dtb / $name); -t i: $(fdtget -t i board.dtb / $name); -t u: $(fdtget -t u board.dtb / $name)"
done | tee seen
cat > expected <<'SEEN'
memory: -2147483648 536870912; -t i: -2147483648 536870912; -t u: 2147483648 536870912
mhz-3000: -1294967296; -t i: -1294967296; -t u: 3000000000
mhz-1416: Tfr; -t i: 1416000000; -t u: 1416000000
mhz-1500: Yh/; -t i: 1500000000; -t u: 1500000000
mhz-1512: 1512000000; -t i: 1512000000; -t u: 1512000000
SEEN
cmp expected seen
