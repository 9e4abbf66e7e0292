#!/usr/bin/env bash
# tshark 4.0.17 (Debian tshark 4.0.17-0+deb12u3), capture files of link type 209 (I2C with Linux's pseudo-header).
#
# Guess: whether a message is a read is told by bit 0 of the address byte, as on the wire; it is in the packet.
# Seen: the direction is bit 0 of the pseudo-header's flags alone. A writer that leaves the flags 0 has every read
# shown as a write (first packet: address byte 0x91); flag 1 with the address byte of a write (0x90) is shown as a
# read. The "3 bytes" of the info column count the address byte.
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
cd "$tmp"
closure=$(apt-cache depends --recurse --no-recommends --no-suggests --no-conflicts --no-breaks --no-replaces \
  --no-enhances tshark | grep '^[a-z]' | grep -vE '^(libc6|libgcc-s1|gcc-12-base|debconf|debconf-2.0|cdebconf|dpkg|tar)$' | sort -u)
real=()
for package in $closure; do
  policy=$(apt-cache policy "$package")
  [[ $policy == *'Candidate: '[0-9]* ]] && real+=("$package")
done
apt-get download -qq -o APT::Sandbox::User=root "${real[@]/#tshark/tshark=4.0.17-0+deb12u3}" >/dev/null
for deb in *.deb; do dpkg -x "$deb" root; done
LD_LIBRARY_PATH="$tmp/root/usr/lib/x86_64-linux-gnu:$tmp/root/lib/x86_64-linux-gnu"
export LD_LIBRARY_PATH

u32le() { printf '\\x%02x\\x00\\x00\\x00' "$1"; }
packet() { # FLAGS BYTES: bus 0, flags big-endian, then the address byte and the data
  printf '%b' "$(u32le 1)$(u32le 0)$(u32le 8)$(u32le 8)\\x00\\x00\\x00\\x00\\x$1$2"
}
{
  printf '%b' '\xd4\xc3\xb2\xa1\x02\x00\x04\x00'"$(u32le 0)$(u32le 0)"'\xff\xff\x00\x00'"$(u32le 209)"
  packet 00 '\x91\x01\x02'
  packet 01 '\x90\x01\x02'
  packet 01 '\x91\x01\x02'
} > i2c.pcap
root/usr/bin/tshark -r i2c.pcap -T fields -e _ws.col.Info 2>/dev/null | tee seen
printf '%s\n' 'I2C Write, 3 bytes' 'I2C Read, 3 bytes' 'I2C Read, 3 bytes' | cmp - seen
