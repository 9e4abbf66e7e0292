#!/usr/bin/env bash
# libsigrokdecode 0.5.3 (Debian libsigrokdecode4 0.5.3-4, sigrok-cli 0.7.2-1+b1), decoder sdcard_spi.
#
# Guess: the bits of a card's answer R1 are shown as the SD specification has them (physical layer, section 7.3.2.1): 20
# is an address error, 40 a parameter error, 10 an error in the sequence of erase commands and no other.
# Seen: bits 5 and 6 are not looked at: bit 4 is shown for them. 20 and 40 are "No misaligned address" and "not outside
# allowed range", and 10 is all three errors.
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
# Four wires, a byte per sample: bit 0 is CLK, bit 1 MOSI, bit 2 MISO, bit 3 CS#. CMD16 sets the block length.
cat > wires.py <<'PY'
def transfer(sent, received):
    out = bytearray(b'\x08' * 20 + b'\0' * 5)
    for tx, rx in zip(sent, received):
        for n in range(7, -1, -1):
            data = (tx >> n & 1) << 1 | (rx >> n & 1) << 2
            out.extend([data] * 5 + [data | 1] * 5)
    return bytes(out + b'\0' * 5 + b'\x08' * 20)
for r1 in 0x10, 0x20, 0x40:
    open(f'{r1:x}', 'wb').write(transfer([0x50, 0, 0, 2, 0, 0x15, 0xff, 0xff], [0xff] * 7 + [r1]))
PY
python3 wires.py
decoded() {
  root/usr/bin/sigrok-cli -I binary:numchannels=4:samplerate=1000000 -i "$1" \
    -P spi:clk=0:mosi=1:miso=2:cs=3,sdcard_spi -A sdcard_spi 2>&1 |
    sed -n 's/^sdcard_spi-1: //p' | grep -E 'rror in the sequence|isaligned|allowed range' | tr '\n' ';'
}
for r1 in 10 20 40; do echo "$r1: $(decoded $r1)"; done | tee seen
cat > expected <<'SEEN'
10: Error in the sequence of erase commands;Misaligned address used in command;Command argument outside allowed range;
20: No error in the sequence of erase commands;No misaligned address used in command;Command argument not outside allowed range;
40: No error in the sequence of erase commands;No misaligned address used in command;Command argument not outside allowed range;
SEEN
cmp expected seen
