#!/usr/bin/env bash
# mkimage and dumpimage 2023.01 (Debian u-boot-tools 2023.01+dfsg-2+deb12u3), -l.
#
# Guess: -l shows the header of a uImage also where something stands behind the image, as when it was read from a flash
# partition, which is longer: U-Boot goes by the size in the header. Of a file that is no image it says so, with an exit
# code other than 0.
# Seen: with one byte of erased flash behind it the image is a "GP Header", a format of Texas Instruments that has nothing
# to tell it by, with the first eight bytes as size and address: a size of 27051956 is the magic number of a uImage. So
# is a text. The exit code is 0.
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
cd "$tmp"
apt-get download -qq -o APT::Sandbox::User=root u-boot-tools=2023.01+dfsg-2+deb12u3 >/dev/null
dpkg -x u-boot-tools*.deb root
export SOURCE_DATE_EPOCH=0

printf 'some kernel' > kernel
root/usr/bin/mkimage -A arm -O linux -T kernel -C none -a 80008000 -e 80008000 -n board -d kernel whole >/dev/null
printf 'not an image at all' > text
{ cat whole; printf '\377'; } > longer
for name in whole longer text; do
  for tool in mkimage dumpimage; do
    code=0
    line=$(root/usr/bin/$tool -l $name 2>&1 | head -1) || code=$?
    echo "$tool -l $name: exit code $code, $line"
  done
done | tee seen
cat > expected <<'SEEN'
mkimage -l whole: exit code 0, Image Name:   board
dumpimage -l whole: exit code 0, Image Name:   board
mkimage -l longer: exit code 0, GP Header: Size 27051956 LoadAddr edfb61ab
dumpimage -l longer: exit code 0, GP Header: Size 27051956 LoadAddr edfb61ab
mkimage -l text: exit code 0, GP Header: Size 6e6f7420 LoadAddr 616e2069
dumpimage -l text: exit code 0, GP Header: Size 6e6f7420 LoadAddr 616e2069
SEEN
cmp expected seen
