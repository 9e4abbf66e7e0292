#!/usr/bin/env bash
# fw_printenv and fw_setenv of libubootenv 0.3.2 (Debian libubootenv-tool 0.3.2-1), which stand in for U-Boot's own.
#
# Guess: they do what U-Boot's tools of the same names do: a variable that is not set is an error and exit code 1, and
# the words behind a name are one value, as in `fw_setenv bootargs console=ttyS0 quiet`.
# Seen: an unset variable is printed as one with an empty value, exit code 0, so `if fw_printenv upgrade` is always
# true. Of several words the first is stored and the others are dropped, without a message, exit code 0.
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
cd "$tmp"
apt-get download -qq -o APT::Sandbox::User=root libubootenv-tool=0.3.2-1 libubootenv0.1 libyaml-0-2 zlib1g >/dev/null
for deb in *.deb; do dpkg -x "$deb" root; done
export LD_LIBRARY_PATH="$tmp/root/usr/lib/x86_64-linux-gnu:$tmp/root/lib/x86_64-linux-gnu"
python3 -c "
import zlib
data = b'board=made\0\0'.ljust(4092, b'\xff')
open('env', 'wb').write(zlib.crc32(data).to_bytes(4, 'little') + data)"
echo "$tmp/env 0x0 0x1000" > config
{
  root/usr/bin/fw_printenv -c config board upgrade
  echo "exit code $?"
  root/usr/bin/fw_setenv -c config bootargs console=ttyS0 quiet
  echo "exit code $?"
  root/usr/bin/fw_printenv -c config bootargs
} 2>&1 | tee seen
printf '%s\n' board=made upgrade= 'exit code 0' 'exit code 0' bootargs=console=ttyS0 | cmp - seen
