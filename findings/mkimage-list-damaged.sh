#!/usr/bin/env bash
# mkimage and dumpimage 2023.01 (Debian u-boot-tools 2023.01+dfsg-2+deb12u3), -l.
#
# Guess: -l shows the header of a uImage whose two checksums are right, and says of one with a wrong byte, and of a file
# that is no image, that it is none, with an exit code other than 0, as a script before an upgrade wants to know. What
# stands behind the image, where it was read from a flash partition, does not matter: U-Boot goes by the size in the
# header.
# Seen: the exit code is 0 in all of them. A wrong byte of the header or the data, a byte too many behind it, and a text
# are a "GP Header", a format of Texas Instruments that has nothing to tell it by, with the first eight bytes as size
# and address: a size of 27051956 is the magic number of a uImage.
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
{ head -c 66 whole; printf X; tail -c +68 whole; } > data
{ head -c 40 whole; printf X; tail -c +42 whole; } > header
for name in whole longer data header text; do
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
mkimage -l data: exit code 0, GP Header: Size 27051956 LoadAddr edfb61ab
dumpimage -l data: exit code 0, GP Header: Size 27051956 LoadAddr edfb61ab
mkimage -l header: exit code 0, GP Header: Size 27051956 LoadAddr edfb61ab
dumpimage -l header: exit code 0, GP Header: Size 27051956 LoadAddr edfb61ab
mkimage -l text: exit code 0, GP Header: Size 6e6f7420 LoadAddr 616e2069
dumpimage -l text: exit code 0, GP Header: Size 6e6f7420 LoadAddr 616e2069
SEEN
cmp expected seen
