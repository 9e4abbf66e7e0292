#!/usr/bin/env bash
# libsigrokdecode 0.5.3 (Debian libsigrokdecode4 0.5.3-4, sigrok-cli 0.7.2-1+b1), decoder eeprom93xx, binary output "data".
#
# Guess: it is a dump of what was read, byte for byte: with words of 8 bits, as a 93C46 has them with ORG at ground and
# the option wordsize is for, a byte for each; and the option format, ascii or hex, is a matter of the text alone.
# Seen: a word of 8 bits is two bytes, the first of them 00, so the dump is twice as long as the memory, and each byte
# stands at twice its address and one. With ascii there is no dump at all, of 8 or of 16 bits: an empty file, exit code
# 0, though the text shows the data. Words of 16 bits in hex are right.
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
cd "$tmp"
closure=$(apt-cache depends --recurse --no-recommends --no-suggests --no-conflicts --no-breaks --no-replaces \
  --no-enhances sigrok-cli libsigrokdecode4 | grep '^[a-z]' | grep -vE '^(libc6|libgcc-s1|gcc-12-base|debconf|debconf-2.0|cdebconf|dpkg|tar|python3.*|libpython3.*)$' | sort -u)
real=()
for package in $closure libpython3.11 libpython3.11-stdlib libpython3.11-minimal; do
  policy=$(apt-cache policy "$package")
  [[ $policy == *'Candidate: '[0-9]* ]] && real+=("$package")
done
apt-get download -qq -o APT::Sandbox::User=root "${real[@]/#libsigrokdecode4/libsigrokdecode4=0.5.3-4}" >/dev/null
for deb in *.deb; do dpkg -x "$deb" root; done
export LD_LIBRARY_PATH="$tmp/root/usr/lib/x86_64-linux-gnu:$tmp/root/lib/x86_64-linux-gnu"
export SIGROKDECODE_DIR="$tmp/root/usr/share/libsigrokdecode/decoders"
# A read of "ABCD" from address 5 on. Four wires, a byte per sample: bit 0 is CS, bit 1 SK, bit 2 SI, bit 3 SO, which
# changes as SK rises.
cat > wires.py <<'PY'
import sys
address_size = int(sys.argv[1])
def bits(value, length): return [value >> n & 1 for n in range(length - 1, -1, -1)]
command = [1, 1, 0] + bits(5, address_size)
data = bits(int.from_bytes(b'ABCD', 'big'), 32)
out, so = bytearray(10), 0
for si, bit in zip(command + [0] * 32, [0] * len(command) + data):
    out += bytes([1 | si << 2 | so << 3] * 5 + [3 | si << 2 | bit << 3] * 5)
    so = bit
open('wires', 'wb').write(out + bytes([1 | so << 3] * 5 + [0] * 20))
PY
decoded() {
  root/usr/bin/sigrok-cli -I binary:numchannels=4:samplerate=1000000 -i wires \
    -P "microwire:cs=0:sk=1:si=2:so=3,eeprom93xx:addresssize=$1:wordsize=$2:format=$3" "${@:4}"
}
for address_size in 7:8 6:16; do
  size=${address_size#*:}
  python3 wires.py "${address_size%:*}"
  for format in hex ascii; do
    dump=$(decoded "${address_size%:*}" "$size" $format -B eeprom93xx=data | od -An -tx1)
    text=$(decoded "${address_size%:*}" "$size" $format -A eeprom93xx=so-data | sed 's/^eeprom93xx-1: Data: //' | paste -sd' ')
    echo "$size bits, $format: $text; dump:${dump:- none}"
  done
done | tee seen
cat > expected <<'SEEN'
8 bits, hex: 0x0041 0x0042 0x0043 0x0044; dump: 00 41 00 42 00 43 00 44
8 bits, ascii: A B C D; dump: none
16 bits, hex: 0x4142 0x4344; dump: 41 42 43 44
16 bits, ascii: AB CD; dump: none
SEEN
cmp expected seen
