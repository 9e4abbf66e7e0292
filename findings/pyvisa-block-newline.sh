#!/usr/bin/env bash
# PyVISA 1.11.3 (Debian python3-pyvisa 1.11.3-3), pyvisa.util.from_ieee_block.
#
# Guess: the newline that ends an instrument's answer is no sample of its block (IEEE 488.2, sections 8.7.9 and
# 8.7.10): a block of definite length has as many bytes as it says, also where it says none ("#10", as of an empty
# trace), and one of indefinite length ("#0") ends before the newline.
# Seen: of "#13" and three bytes the newline is left out. Of a block without bytes it is the only sample, 10, as a
# length of 0 is taken for "of indefinite length"; and to an indefinite block it is added. With samples of two or four
# bytes it does not show.
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
cd "$tmp"
apt-get download -qq -o APT::Sandbox::User=root python3-pyvisa=1.11.3-3 python3-typing-extensions >/dev/null
for deb in *.deb; do dpkg -x "$deb" root; done
cat > blocks.py <<'PY'
from pyvisa.util import from_ieee_block
for answer in b'#13\1\2\3\n', b'#10\n', b'#0\1\2\3\n':
    print(answer, from_ieee_block(answer, 'B'))
print(b'#0\1\0\2\0\n', from_ieee_block(b'#0\1\0\2\0\n', 'h'))
PY
PYTHONPATH="$tmp/root/usr/lib/python3/dist-packages" python3 blocks.py | tee seen
cat > expected <<'SEEN'
b'#13\x01\x02\x03\n' [1, 2, 3]
b'#10\n' [10]
b'#0\x01\x02\x03\n' [1, 2, 3, 10]
b'#0\x01\x00\x02\x00\n' [1, 2]
SEEN
cmp expected seen
