#!/usr/bin/env bash
# libsigrokdecode 0.5.3 (Debian libsigrokdecode4 0.5.3-4, sigrok-cli 0.7.2-1+b1), decoder edid, with edid-decode (Debian
# edid-decode 0.1~git20220315.cb74358c2896-1), which finds nothing wrong with the EDID that is made here.
#
# Guess: the EDID of a monitor of today, whose version 1.4 of 2006 is shown, is read by that version (VESA E-EDID 1.4,
# section 3), its colours in all ten bits, and whether it is read in one piece or in four, each with its offset.
# Seen: it is read by version 1.3. A monitor with 8 bits a colour over DisplayPort is "VESA DFP 1." and "Monochrome", as
# RGB 4:4:4 has the bits that monochrome had; model year 2020 is week 255 of it; a limit of 360 Hz is 105, as the 255 that
# a flag adds are left out; "any rate" is the GTF. Of green and white the two low bits of x and y are left out: green is
# 0.297 and 0.598. Read in pieces of 32 bytes, all behind the first piece is not there, its timings and checksum too,
# without a word.
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
apt-get download -qq -o APT::Sandbox::User=root "${real[@]/#libsigrokdecode4/libsigrokdecode4=0.5.3-4}" edid-decode=0.1~git20220315.cb74358c2896-1 >/dev/null
for deb in *.deb; do dpkg -x "$deb" root; done
export LD_LIBRARY_PATH="$tmp/root/usr/lib/x86_64-linux-gnu:$tmp/root/lib/x86_64-linux-gnu"
export SIGROKDECODE_DIR="$tmp/root/usr/share/libsigrokdecode/decoders"
cat > edid.py <<'PY'
edid = bytearray(128)
edid[0:8] = bytes.fromhex('00ffffffffffff00')
edid[8:20] = bytes.fromhex('6b5a 0100 00000000 ff1e 0104'.replace(' ', ''))  # ZZZ; model year 2020; version 1.4
edid[20:25] = 0xa5, 60, 34, 120, 0x07  # digital, 8 bits, DisplayPort; 60 by 34 cm; 2.2; RGB 4:4:4, sRGB, native, any rate
colours = [0.640, 0.330, 0.300, 0.600, 0.150, 0.060, 0.3127, 0.3290]
steps = [round(value * 1024) for value in colours]
for at, step in enumerate(steps): edid[27 + at] = step >> 2
for half in 0, 1:
    edid[25 + half] = sum((steps[4 * half + n] & 3) << (6 - 2 * n) for n in range(4))
edid[38:54] = b'\1\1' * 8
# 1920x1080, 148.50 MHz
edid[54:72] = bytes.fromhex('023a801871382d40582c45005654210000 1e'.replace(' ', ''))
edid[72:90] = b'\0\0\0\xfd' + bytes([0x02, 48, 360 - 255, 30, 255, 60, 0x01]) + b'\n' + b' ' * 6  # 48 to 360 Hz
edid[90:108] = b'\0\0\0\xfc\0' + b'Made'.ljust(13)[:4] + b'\n' + b' ' * 8
edid[108:126] = b'\0\0\0\x10' + bytes(14)
edid[127] = -sum(edid) & 0xff
open('made.edid', 'wb').write(edid)
# Two wires, bit 0 is SCL and bit 1 SDA; four samples a quarter of a bit.
def recording(name, piece):
    wires = [3] * 100
    def put(*levels): wires.extend(level for level in levels for _ in range(4))
    def start(): put(2, 3, 3, 1, 0)
    def bit(value): put(value * 2, value * 2 + 1, value * 2 + 1, value * 2)
    def byte(value, nack=0):
        for n in range(7, -1, -1): bit(value >> n & 1)
        bit(nack)
    for at in range(0, 128, piece):
        start(); byte(0xa0); byte(at); start(); byte(0xa1)
        for n in range(piece): byte(edid[at + n], int(n == piece - 1))
        put(0, 1, 3, 3, 3, 3, 3, 3)
    open(name, 'wb').write(bytes(wires + [3] * 200))
recording('whole', 128)
recording('pieces', 32)
PY
python3 edid.py
{
  root/usr/bin/edid-decode --check --skip-hex-dump made.edid | grep -E 'Model year|Bits per|DisplayPort|RGB|Green|White|Monitor ranges|pixclk|EDID conformity' | sed 's/^ */edid-decode: /'
  for name in whole pieces; do
    root/usr/bin/sigrok-cli -I binary:numchannels=2:samplerate=1600000 -i "$name" -P i2c:scl=0:sda=1,edid -A edid=fields 2>&1 |
      sed "s/^edid-1/$name/" | grep -E 'Version|Revision|Manufactured|Video|Display type|Generalized|green|white|vertical rate|Pixel clock:|Checksum|Header'
  done
} | tee seen
cat > expected <<'SEEN'
edid-decode: Model year: 2020
edid-decode: Bits per primary color channel: 8
edid-decode: DisplayPort interface
edid-decode: Supported color formats: RGB 4:4:4
edid-decode: Default (sRGB) color space is primary color space
edid-decode: Green: 0.2998, 0.5996
edid-decode: White: 0.3125, 0.3291
edid-decode: Monitor ranges (Bare Limits): 48-360 Hz V, 30-255 kHz H, max dotclock 600 MHz
edid-decode: EDID conformity: PASS
whole: Header pattern
whole: Manufactured week 255, 2020
whole: Version 1
whole: Revision 4
whole: Video input: VESA DFP 1.
whole: Display type: Monochrome
whole: Generalized timing formula: supported
whole: Chromacity green: X 0.297, Y 0.598
whole: Chromacity white: X 0.312, Y 0.328
whole: Pixel clock: 148.50 MHz
whole: Minimum vertical rate: 48Hz
whole: Maximum vertical rate: 105Hz
whole: Checksum: 115 (OK)
pieces: Header pattern
pieces: Manufactured week 255, 2020
pieces: Version 1
pieces: Revision 4
pieces: Video input: VESA DFP 1.
pieces: Display type: Monochrome
pieces: Generalized timing formula: supported
SEEN
cmp expected seen
