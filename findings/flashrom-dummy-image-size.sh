#!/usr/bin/env bash
# flashrom 1.3.0 (Debian flashrom 1.3.0-2.1), dummy programmer with image=FILE.
#
# Guess: an image that is shorter or longer than the emulated chip is refused, or its bytes are the beginning of the
# chip's contents.
# Seen: it is left out without a message (only -V has one) and the chip is erased: every read is FF, exit code 0. A
# write then puts the chip's size in place of the file, and what it held is gone.
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
cd "$tmp"
apt-get download -qq -o APT::Sandbox::User=root flashrom=1.3.0-2.1 libftdi1-2 libjaylink0 libpci3 libusb-1.0-0 zlib1g libudev1 >/dev/null
for deb in *.deb; do dpkg -x "$deb" root; done
export LD_LIBRARY_PATH="$tmp/root/usr/lib/x86_64-linux-gnu:$tmp/root/lib/x86_64-linux-gnu"
flash() { root/usr/sbin/flashrom -p "dummy:emulate=SST25VF040.REMS,image=$1" -c SST25VF040 "${@:2}" > log 2>&1; }

head -c 524288 /dev/zero | tr '\0' '\245' > chip
head -c 524287 chip > short
{ cat chip; printf '\245'; } > long
head -c 524288 /dev/zero | tr '\0' '\377' > erased
head -c 524288 /dev/zero > zeros
for image in chip short long; do
  flash "$image" -r read
  grep -c "doesn't match" log || true
  cmp -s read erased && echo "$image: FF" || echo "$image: $(od -An -tx1 -N1 read)"
done | tee seen
flash short -w zeros
stat -c %s short | tee -a seen
printf '%s\n' 0 'chip:  a5' 0 'short: FF' 0 'long: FF' 524288 | cmp - seen
