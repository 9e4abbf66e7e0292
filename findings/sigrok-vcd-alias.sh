#!/usr/bin/env bash
# sigrok-cli 0.7.2 with libsigrok 0.5.2 (Debian sigrok-cli 0.7.2-1+b1, libsigrok4 0.5.2-4), VCD import.
#
# Guess: two $var with one identifier are two names of one wire (IEEE 1364-2005, section 18.2.3), as simulators write
# them for what goes through a module's port: both channels have its changes, or there is one channel.
# Seen: there are two, the first has the changes, and the second is 0 from the beginning to the end. No message, exit
# code 0. Who picks the channel by the name of the inner module decodes a dead wire.
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
cd "$tmp"
closure=$(apt-cache depends --recurse --no-recommends --no-suggests --no-conflicts --no-breaks --no-replaces \
  --no-enhances sigrok-cli | grep '^[a-z]' | grep -vE '^(libc6|libgcc-s1|gcc-12-base|debconf|debconf-2.0|cdebconf|dpkg|tar|python3.*|libpython3.*)$' | sort -u)
real=()
for package in $closure libpython3.11 libpython3.11-stdlib libpython3.11-minimal; do
  policy=$(apt-cache policy "$package")
  [[ $policy == *'Candidate: '[0-9]* ]] && real+=("$package")
done
apt-get download -qq -o APT::Sandbox::User=root "${real[@]/#sigrok-cli/sigrok-cli=0.7.2-1+b1}" >/dev/null
for deb in *.deb; do dpkg -x "$deb" root; done
export LD_LIBRARY_PATH="$tmp/root/usr/lib/x86_64-linux-gnu:$tmp/root/lib/x86_64-linux-gnu"
cat > alias.vcd <<'VCD'
$timescale 1 us $end
$scope module top $end
$var wire 1 ! scl $end
$scope module sensor $end
$var wire 1 ! clock $end
$upscope $end
$upscope $end
$enddefinitions $end
#0
1!
#2
0!
#4
1!
#6
VCD
root/usr/bin/sigrok-cli -I vcd -i alias.vcd -O bits:width=8 2>messages | grep : | grep -v META | tee seen
[ ! -s messages ] || { echo "changed: it says $(cat messages)"; exit 1; }
printf '%s\n' scl:110011 clock:000000 | cmp - seen
