#!/usr/bin/env bash
# sigrok-cli 0.7.2 with libsigrok 0.5.2 (Debian sigrok-cli 0.7.2-1+b1, libsigrok4 0.5.2-4), VCD import.
#
# Guess: a VCD file with a vector beside one-bit wires is imported with the vector left out (or as bits): what the
# one-bit wires did is all there.
# Seen: the import ends at the first value of the vector, here at time 0. The channel is listed and has no sample
# at all; no message, exit code 0. The same file without the vector's lines has its 50 samples.
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
cat > vector.vcd <<'VCD'
$timescale 1 us $end
$scope module top $end
$var wire 1 ! clk $end
$var wire 4 " bus $end
$upscope $end
$enddefinitions $end
#0
0!
b0000 "
#10
1!
#20
0!
b0101 "
#30
1!
#40
0!
#50
1!
VCD
grep -v '"' vector.vcd > plain.vcd
samples() { root/usr/bin/sigrok-cli -I vcd -i "$1" -O csv:header=false 2>messages | grep -c '^[01]' || true; }
for name in plain vector; do
  echo "$name: $(samples $name.vcd) samples"
  [ ! -s messages ] || { echo "changed: it says $(cat messages)"; exit 1; }
done
[ "$(samples plain.vcd)" = 50 ] && [ "$(samples vector.vcd)" = 0 ]
