#!/usr/bin/env bash
# dtc 1.6.1 (Debian device-tree-compiler 1.6.1-4+b1); dtc 1.8.1 writes the same.
#
# Guess: what dtc writes as source (-I dts -O dts, to look at what /include/ and macros made) gives the same blob as
# the source that it was made of.
# Seen: a byte above 7f in a string is written as \xffffffc3, its sign and all. Read again, \xff is the byte and "ffffc3" is text:
# no message, exit code 0, and a string of 25 bytes in the place of 13. A blob as input does not show it: such a
# property is written as cells.
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
cd "$tmp"
apt-get download -qq -o APT::Sandbox::User=root device-tree-compiler=1.6.1-4+b1 libfdt1=1.6.1-4+b1 >/dev/null
for deb in *.deb; do dpkg -x "$deb" root; done
export PATH="$tmp/root/usr/bin:$PATH"
LD_LIBRARY_PATH=$(dirname "$(find "$tmp/root" -name 'libfdt.so.1' | head -1)")
export LD_LIBRARY_PATH

printf '/dts-v1/;\n/ { model = "25 \xc2\xb0C board"; };\n' > board.dts
dtc -q -I dts -O dts -o written.dts board.dts
grep model written.dts
dtc -q -I dts -O dtb -o first.dtb board.dts
dtc -q -I dts -O dtb -o second.dtb written.dts
bytes() { fdtget -t bx "$1" / model | wc -w; }
echo "bytes of model: $(bytes first.dtb), after being written and read $(bytes second.dtb)"
grep -qF '"25 \xffffffc2\xffffffb0C board"' written.dts
[ "$(bytes first.dtb)" = 13 ] && [ "$(bytes second.dtb)" = 25 ]
