#!/usr/bin/env bash
# fdtoverlay 1.6.1 (Debian device-tree-compiler 1.6.1-4+b1).
#
# Guess: an overlay that adds to a node of the board, and refers to it by a label of its own, leaves the board's
# references to that node as they are.
# Seen: dtc gives the labelled node of the overlay a phandle, and fdtoverlay puts it in the place of the one that the
# node has in the board. The overlay's reference is right; the board's own, which was, now names no node. No message,
# exit code 0.
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
cd "$tmp"
apt-get download -qq -o APT::Sandbox::User=root device-tree-compiler=1.6.1-4+b1 libfdt1=1.6.1-4+b1 >/dev/null
for deb in *.deb; do dpkg -x "$deb" root; done
export PATH="$tmp/root/usr/bin:$PATH"
LD_LIBRARY_PATH=$(dirname "$(find "$tmp/root" -name 'libfdt.so.1' | head -1)")
export LD_LIBRARY_PATH

printf '/dts-v1/;\n/ { power: power { }; sensor { supply = <&power>; }; };\n' > base.dts
printf '/dts-v1/;\n/plugin/;\n&{/} { mine: power { always-on; }; display { supply = <&mine>; }; };\n' > overlay.dts
for name in base overlay; do dtc -@ -O dtb -o $name.dtb $name.dts; done
fdtoverlay -i base.dtb -o merged.dtb overlay.dtb 2> log
[ ! -s log ] || { echo "changed: it says $(cat log)"; exit 1; }
{
  echo "board: power is $(fdtget base.dtb /power phandle), sensor has $(fdtget base.dtb /sensor supply)"
  echo "merged: power is $(fdtget merged.dtb /power phandle), sensor has $(fdtget merged.dtb /sensor supply), display has $(fdtget merged.dtb /display supply)"
} | tee seen
printf '%s\n' 'board: power is 1, sensor has 1' 'merged: power is 2, sensor has 1, display has 2' | cmp - seen
