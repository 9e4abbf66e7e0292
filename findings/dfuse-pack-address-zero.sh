#!/usr/bin/env bash
# dfuse-pack of dfu-util 0.11 (Debian dfu-util 0.11-1), with SRecord 1.64 (Debian srecord 1.64-3) and IntelHex 2.3.0
# (Debian python3-intelhex 2.3.0-2).
#
# Guess: a firmware gives the same DFU file, but for its name, whether it is made of an S-record file (-s) or of an Intel
# hex file (-i), at whatever address it is.
# Seen: where an S-record file begins at address 0 its first record is lost: 40 bytes at 0 are 24 bytes at 10 (hex), and
# the vector table is not in the file. 0 also stands for "no address yet". From Intel hex all 40 are there, and at
# 08000000 both have them. No message, exit code 0; dfu-suffix finds nothing wrong.
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
cd "$tmp"
apt-get download -qq -o APT::Sandbox::User=root dfu-util=0.11-1 libusb-1.0-0 libudev1 srecord=1.64-3 libsrecord0=1.64-3 libgcrypt20 \
  libgpg-error0 python3-intelhex=2.3.0-2 >/dev/null
for deb in *.deb; do dpkg -x "$deb" root; done
export LD_LIBRARY_PATH="$tmp/root/usr/lib/x86_64-linux-gnu:$tmp/root/lib/x86_64-linux-gnu"
export PYTHONPATH="$tmp/root/usr/lib/python3/dist-packages"
pack() { python3 root/usr/bin/dfuse-pack "$@"; }
python3 -c "open('firmware', 'wb').write(bytes(range(1, 41)))"
for address in 0x0 0x08000000; do
  root/usr/bin/srec_cat firmware -binary -offset $address -obs=16 -o made.s19 -motorola
  root/usr/bin/srec_cat firmware -binary -offset $address -obs=16 -o made.hex -intel
  pack -s made.s19 s19.dfu
  pack -i made.hex hex.dfu
  for from in s19 hex; do
    root/usr/bin/dfu-suffix -c $from.dfu >/dev/null
    echo "40 bytes at $address, $from:" "$(pack $from.dfu | sed -n 's/^ *0, //p')"
  done
done | tee seen
cat > expected <<'SEEN'
40 bytes at 0x0, s19: address: 0x00000010, size: 24
40 bytes at 0x0, hex: address: 0x00000000, size: 40
40 bytes at 0x08000000, s19: address: 0x08000000, size: 40
40 bytes at 0x08000000, hex: address: 0x08000000, size: 40
SEEN
cmp expected seen
