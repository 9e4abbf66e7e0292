#!/usr/bin/env bash
# SRecord 1.64 (Debian srecord 1.64-3), GNU objcopy 2.40 (Debian binutils-x86-64-linux-gnu 2.40-2) and IntelHex 2.3.0
# (Debian python3-intelhex 2.3.0-2).
#
# Guess: three tools that read Intel hex put a byte at one address, also where a data record goes past the end of a
# segment of 64 KiB (record type 02): the offset begins again at 0, and the byte is at the segment's beginning (Intel's
# specification of 1988, sections 4 and 5: SBA + ([DRLO + DRI] MOD 64K)).
# Seen: srec_cat does so; objcopy and IntelHex carry on into the next 64 KiB, as is right for type 04. Of one file,
# eight bytes are at 10000 or at 20000, and exit codes are 0. With type 04 all three have 20000.
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
cd "$tmp"
apt-get download -qq -o APT::Sandbox::User=root srecord=1.64-3 libsrecord0=1.64-3 libgcrypt20 libgpg-error0 python3-intelhex=2.3.0-2 \
  binutils-x86-64-linux-gnu libbinutils libctf0 libctf-nobfd0 libjansson4 libzstd1 zlib1g >/dev/null
for deb in *.deb; do dpkg -x "$deb" root; done
export LD_LIBRARY_PATH="$tmp/root/usr/lib/x86_64-linux-gnu:$tmp/root/lib/x86_64-linux-gnu"
cat > read.py <<'PY'
import sys
from intelhex import IntelHex
print(*(f'{start:x}-{end - 1:x}' for start, end in IntelHex(sys.argv[1]).segments()))
PY
# 16 bytes from offset fff8 of segment 1000, or from 1fff8 with the upper half of the address.
data=$'\n:10FFF800000102030405060708090A0B0C0D0E0F81\n:00000001FF'
echo ":020000021000EC$data" > 02.hex
echo ":020000040001F9$data" > 04.hex
# What a file of S-records holds (S2: a byte that counts what follows, three bytes of address, data, a byte of checksum).
cat > ranges.py <<'PY'
import sys
lines = [bytes.fromhex(line[2:]) for line in sys.stdin if line.startswith('S2')]
starts = [(int.from_bytes(line[1:4], 'big'), line[0] - 4) for line in lines]
print(*(f'{start:x}-{start + size - 1:x}' for start, size in sorted(starts)))
PY
ranges() { python3 ranges.py; }
{
  for type in 02 04; do
    echo "type $type, srec_cat: $(root/usr/bin/srec_cat $type.hex -intel -o - -motorola -address-length=3 2>/dev/null | ranges)"
    root/usr/bin/x86_64-linux-gnu-objcopy -I ihex -O srec --srec-len=32 $type.hex $type.s
    echo "type $type, objcopy: $(ranges < $type.s)"
    echo "type $type, IntelHex: $(PYTHONPATH=root/usr/lib/python3/dist-packages python3 read.py $type.hex)"
  done
} | tee seen
cat > expected <<'SEEN'
type 02, srec_cat: 10000-10007 1fff8-1ffff
type 02, objcopy: 1fff8-20007
type 02, IntelHex: 1fff8-20007
type 04, srec_cat: 1fff8-20007
type 04, objcopy: 1fff8-20007
type 04, IntelHex: 1fff8-20007
SEEN
cmp expected seen
