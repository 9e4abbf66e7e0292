#!/usr/bin/env bash
# libsigrokdecode 0.5.3 (Debian libsigrokdecode4 0.5.3-4, sigrok-cli 0.7.2-1+b1), decoder spiflash.
#
# Guess: bytes that follow a command which the decoder does not know belong to that command until chip select goes away.
# Seen: each of them is taken for a command. A read with a four-byte address (13 01 12 34 56, where MISO has the byte
# read) is "Unknown command: 0x13" and then "Write status register" with 12 and 34 as its registers; a quad read of
# 06 00 00 is a write enable. Block erase (d8 and three bytes of address) gives no line at all, and with
# chip=winbond_w25q80dv the answer ef 40 14, which is that chip's, is "Winbond Unknown".
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
# Four wires, a byte per sample: bit 0 is CLK, bit 1 MOSI, bit 2 MISO, bit 3 CS#.
cat > wires.py <<'PY'
def transfer(sent, received=None):
    out = bytearray(b'\x08' * 20 + b'\0' * 5)
    for tx, rx in zip(sent, received or bytes(len(sent))):
        for n in range(7, -1, -1):
            data = (tx >> n & 1) << 1 | (rx >> n & 1) << 2
            out.extend([data] * 5 + [data | 1] * 5)
    return bytes(out + b'\0' * 5 + b'\x08' * 20)
files = {
    'read4': transfer([0x13, 0x01, 0x12, 0x34, 0x56, 0], [0, 0, 0, 0, 0, 0x5a]),
    'quad': transfer([0x6b, 0x06, 0x00, 0x00, 0, 0]),
    'erase': transfer([0xd8, 0x01, 0x00, 0x00]),
    'id': transfer([0x9f, 0, 0, 0], [0, 0xef, 0x40, 0x14]),
}
for name, samples in files.items(): open(name, 'wb').write(samples)
PY
python3 wires.py
decoded() {
  root/usr/bin/sigrok-cli -I binary:numchannels=4:samplerate=1000000 -i "$1" \
    -P spi:clk=0:mosi=1:miso=2:cs=3,spiflash:chip=winbond_w25q80dv -A spiflash 2>&1 |
    sed -n 's/^spiflash-1: //p' | grep -v ' enable latch\|^Status' | tr '\n' ';'
}
for name in read4 quad erase id; do echo "$name: $(decoded $name)"; done
[[ $(decoded read4) == 'Unknown command: 0x13;Command: Write status register (WRSR);'* ]]
[[ $(decoded quad) == 'Unknown command: 0x6b;Command: Write enable (WREN);'* ]]
[[ -z $(decoded erase) && $(decoded id) == *'Device = Winbond Unknown;' ]]
