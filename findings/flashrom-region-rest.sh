#!/usr/bin/env bash
# flashrom 1.3.0 (Debian flashrom 1.3.0-2.1), reading one region of a layout with -i REGION -r FILE.
#
# Guess: FILE has the region only, or the rest of it is FF, as an erased flash reads.
# Seen: FILE is as long as the chip, the region stands at its place, and all the rest is 00: no flash that was read
# looks so, and nothing is said, exit code 0. Who writes that file back later programs zeros all over the chip.
# With -i REGION:FILE, which makes a file of the region alone, the same rest of 00 is in the file of -r.
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
cd "$tmp"
apt-get download -qq -o APT::Sandbox::User=root flashrom=1.3.0-2.1 libftdi1-2 libjaylink0 libpci3 libusb-1.0-0 zlib1g libudev1 >/dev/null
for deb in *.deb; do dpkg -x "$deb" root; done
export LD_LIBRARY_PATH="$tmp/root/usr/lib/x86_64-linux-gnu:$tmp/root/lib/x86_64-linux-gnu"
flash() { root/usr/sbin/flashrom -p "dummy:emulate=SST25VF040.REMS,image=$1" -c SST25VF040 "${@:2}" > log 2>&1; }

head -c 524288 /dev/zero | tr '\0' '\245' > chip
printf '00000:0ffff boot\n10000:7ffff rest\n' > layout
flash chip -l layout -i boot -r whole
stat -c %s whole | tee seen
# How many bytes there are of each value, in the region and behind it.
head -c 65536 whole | od -An -v -tx1 -w1 | sort | uniq -c | tee -a seen
tail -c +65537 whole | od -An -v -tx1 -w1 | sort | uniq -c | tee -a seen
flash chip -l layout -i boot:part -r whole
stat -c %s part | tee -a seen
tail -c +65537 whole | od -An -v -tx1 -w1 | sort | uniq -c | tee -a seen
printf '%s\n' 524288 '  65536  a5' ' 458752  00' 65536 ' 458752  00' | cmp - seen
