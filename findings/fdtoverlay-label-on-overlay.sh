#!/usr/bin/env bash
# dtc and fdtoverlay 1.6.1 (Debian device-tree-compiler 1.6.1-4+b1).
#
# Guess: a label on a fragment's __overlay__ node is as harmless as one on any other node: `dtc -@` takes it, and
# fdtoverlay merges the fragment.
# Seen: dtc writes the label to the overlay's __symbols__ without a warning, and fdtoverlay refuses the overlay with
# FDT_ERR_NOTFOUND and names neither label nor node. The same overlay without the label is applied.
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
cd "$tmp"
apt-get download -qq -o APT::Sandbox::User=root device-tree-compiler=1.6.1-4+b1 libfdt1=1.6.1-4+b1 >/dev/null
for deb in *.deb; do dpkg -x "$deb" root; done
export PATH="$tmp/root/usr/bin:$PATH"
LD_LIBRARY_PATH=$(dirname "$(find "$tmp/root" -name 'libfdt.so.1' | head -1)")
export LD_LIBRARY_PATH

printf '/dts-v1/;\n/ { bus: bus { }; };\n' > base.dts
overlay() { printf '/dts-v1/;\n/plugin/;\n/ { fragment { target = <&bus>; %s__overlay__ { status = "okay"; }; }; };\n' "$1"; }
overlay '' > plain.dts
overlay 'here: ' > labelled.dts
for name in base plain labelled; do
  dtc -@ -O dtb -o $name.dtb $name.dts 2> $name.log
  [ ! -s $name.log ] || { echo "changed: dtc warns: $(cat $name.log)"; exit 1; }
done
fdtoverlay -i base.dtb -o merged.dtb plain.dtb
echo "plain: bus is $(fdtget merged.dtb /bus status)"
[ "$(fdtget merged.dtb /bus status)" = okay ] || { echo 'changed: the plain overlay is not applied'; exit 1; }
if fdtoverlay -i base.dtb -o merged.dtb labelled.dtb 2> error; then
  echo 'changed: the labelled overlay is applied'
  exit 1
fi
sed 's/^/labelled: /' error
grep -q FDT_ERR_NOTFOUND error && ! grep -qw here error
