#!/usr/bin/env bash
# Parse::EDID 1.0.7 (Debian libparse-edid-perl 1.0.7-2), which reads what a monitor's EEPROM at 50 has, and edid-decode
# (Debian edid-decode 0.1~git20220315.cb74358c2896-1).
#
# Guess: a detailed timing's ModeLine has the polarities of its two syncs as the monitor wants them: in byte 17, with
# digital separate syncs, bit 2 is the vertical one and bit 1 the horizontal (VESA E-EDID, section 3.10.2).
# Seen: they are exchanged. VESA's 1440x900, whose hsync is negative and whose vsync is positive, is "+hsync -vsync", and
# a timing the other way round is too. Where both have one sign, as most do, it does not show; the numbers are right.
# edid-decode has the two as they are.
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
cd "$tmp"
apt-get download -qq -o APT::Sandbox::User=root libparse-edid-perl=1.0.7-2 edid-decode=0.1~git20220315.cb74358c2896-1 >/dev/null
for deb in *.deb; do dpkg -x "$deb" root; done
cat > edid.py <<'PY'
for name, flags in {'vsync': 0x1c, 'hsync': 0x1a, 'both': 0x1e}.items():
    edid = bytearray(128)
    edid[0:8] = bytes([0, 255, 255, 255, 255, 255, 255, 0])
    edid[8:25] = bytes([0x04, 0x72, 1, 0, 0, 0, 0, 0, 1, 30, 1, 3, 0x80, 41, 26, 120, 0x0a])
    edid[38:54] = bytes([1] * 16)
    # 106.5 MHz; 1440 and 464 blank, 80 in front, sync of 152; 900 and 34 blank, 3 in front, sync of 6; 410 by 256 mm
    edid[54:72] = bytes([0x9a, 0x29, 0xa0, 0xd0, 0x51, 0x84, 34, 0x30, 80, 152, 0x36, 0, 0x9a, 0, 0x11, 0, 0, flags])
    for place in (72, 90, 108): edid[place + 3] = 0x10
    edid[127] = -sum(edid) & 255
    open(name, 'wb').write(edid)
PY
python3 edid.py
cat > modeline.pl <<'PL'
use Parse::EDID;
local $/;
print parse_edid(<STDIN>)->{detailed_timings}[0]{ModeLine}, "\n";
PL
for name in vsync hsync both; do
  echo "$name positive"
  perl -Iroot/usr/share/perl5 modeline.pl < $name
  root/usr/bin/edid-decode -X $name | sed -n 's/^ *Modeline //p'
done | tee seen
cat > expected <<'SEEN'
vsync positive
"1440x900" 106.5 1440 1520 1672 1904 900 903 909 934 +hsync -vsync
"1440x900_59.89" 106.500  1440 1520 1672 1904  900 903 909 934  -HSync +VSync
hsync positive
"1440x900" 106.5 1440 1520 1672 1904 900 903 909 934 -hsync +vsync
"1440x900_59.89" 106.500  1440 1520 1672 1904  900 903 909 934  +HSync -VSync
both positive
"1440x900" 106.5 1440 1520 1672 1904 900 903 909 934 +hsync +vsync
"1440x900_59.89" 106.500  1440 1520 1672 1904  900 903 909 934  +HSync +VSync
SEEN
cmp expected seen
