#!/usr/bin/env bash
# mkenvimage 2023.01 (Debian u-boot-tools 2023.01+dfsg-2+deb12u3), with fw_printenv of libubootenv 0.3.2 (Debian
# libubootenv-tool 0.3.2-1).
#
# Guess: -s takes the size of the environment as it stands elsewhere, 64K, or says that it is no number; and a text file
# with the line ends of Windows has the same variables.
# Seen: what stands behind the digits is not looked at: -s 64K is an image of 64 bytes, and -s 0100, an octal number,
# another; no message, exit code 0, as long as the text fits. The checksum is one of 60 bytes, so U-Boot, and
# fw_printenv where it is told of 64 KiB, find no valid environment. A carriage return becomes the last character of the
# value.
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
cd "$tmp"
apt-get download -qq -o APT::Sandbox::User=root u-boot-tools=2023.01+dfsg-2+deb12u3 libubootenv-tool=0.3.2-1 libubootenv0.1=0.3.2-1 \
  >/dev/null
for deb in *.deb; do dpkg -x "$deb" root; done
export LD_LIBRARY_PATH="$tmp/root/usr/lib/x86_64-linux-gnu"

printf 'bootdelay=3\nconsole=ttyS0\n' > text
for size in 65536 0x10000 64K 0100; do
  root/usr/bin/mkenvimage -s $size -o image text 2> log || { echo "changed: $size is refused"; exit 1; }
  [ ! -s log ] || { echo "changed: it says $(cat log)"; exit 1; }
  cp image flash
  truncate -s 65536 flash
  echo 'flash 0x0 0x10000' > config
  read=$(root/usr/bin/fw_printenv -c config console 2>&1 || true)
  echo "-s $size: $(stat -c %s image) bytes; read as one of 64 KiB: ${read%%$'\n'*}"
done | tee seen
printf 'bootdelay=3\r\nconsole=ttyS0\r\n' > windows
root/usr/bin/mkenvimage -s 64 -o image windows
tail -c +5 image | head -c 28 | od -An -c -w32 | tr -s ' ' | tee -a seen
cat > expected <<'SEEN'
-s 65536: 65536 bytes; read as one of 64 KiB: console=ttyS0
-s 0x10000: 65536 bytes; read as one of 64 KiB: console=ttyS0
-s 64K: 64 bytes; read as one of 64 KiB: Cannot read environment, using default
-s 0100: 64 bytes; read as one of 64 KiB: Cannot read environment, using default
 b o o t d e l a y = 3 \r \0 c o n s o l e = t t y S 0 \r \0
SEEN
cmp expected seen
