#!/usr/bin/env bash
# dtc 1.6.1 (Debian device-tree-compiler 1.6.1-4+b1), /incbin/("file", offset, length).
#
# Guess: the property is `length` bytes; where the file has fewer, that is an error, or a warning at least.
# Seen: it is as long as the file happens to be from there on: 6 bytes of a file of 10 where 100 are asked for, and an
# empty property where the offset is behind its end. No message, exit code 0.
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
cd "$tmp"
apt-get download -qq -o APT::Sandbox::User=root device-tree-compiler=1.6.1-4+b1 libfdt1=1.6.1-4+b1 >/dev/null
for deb in *.deb; do dpkg -x "$deb" root; done
export PATH="$tmp/root/usr/bin:$PATH"
LD_LIBRARY_PATH=$(dirname "$(find "$tmp/root" -name 'libfdt.so.1' | head -1)")
export LD_LIBRARY_PATH

printf 0123456789 > ten
cat > board.dts <<'DTS'
/dts-v1/;
/ {
	within = /incbin/("ten", 4, 3);
	over = /incbin/("ten", 4, 100);
	behind = /incbin/("ten", 20, 4);
};
DTS
dtc -O dtb -o board.dtb board.dts 2> log
[ ! -s log ] || { echo "changed: it says $(cat log)"; exit 1; }
for name in within over behind; do echo "$name: $(fdtget -t bx board.dtb / $name | wc -w)"; done | tee seen
printf '%s\n' 'within: 3' 'over: 6' 'behind: 0' | cmp - seen
