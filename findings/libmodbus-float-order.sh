#!/usr/bin/env bash
# libmodbus 3.1.6 (Debian libmodbus5 3.1.6-2.1+deb12u1), for a little-endian machine.
#
# Guess: modbus_set_float_abcd puts the four bytes of a float to two registers in that order, 123456.0 (47f12000) as
# 47f1 and 2000, and modbus_get_float_abcd reads them back; so do the pairs for the other three orders, each in its
# own.
# Seen: no pair is its own inverse: what each of the four set functions writes, its get function reads as -9.9e+29. The
# get functions do as their names say; those that set have another order than their names: ...abcd is BADC, ...badc is
# ABCD, ...cdab is DCBA and ...dcba is CDAB. The pair without an order agrees, and is CDAB. The example of the manual
# page modbus_get_float_abcd, 0020 and f147 for 123456.0, is neither: it is read as 3.0e-39.
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
cd "$tmp"
apt-get download -qq -o APT::Sandbox::User=root libmodbus5=3.1.6-2.1+deb12u1 >/dev/null
dpkg -x libmodbus5*.deb root
cat > floats.py <<'PY'
import ctypes, glob, struct
library = ctypes.CDLL(glob.glob('root/usr/lib/*/libmodbus.so.5')[0])
value = 123456.0
a, b, c, d = struct.pack('>f', value)
orders = {'ABCD': (a, b, c, d), 'BADC': (b, a, d, c), 'CDAB': (c, d, a, b), 'DCBA': (d, c, b, a)}
registers = {(p << 8 | q, r << 8 | s): name for name, (p, q, r, s) in orders.items()}
def pair(*words): return (ctypes.c_uint16 * 2)(*words)
for suffix in '', '_abcd', '_badc', '_cdab', '_dcba':
    put, get = (getattr(library, f'modbus_{verb}_float{suffix}') for verb in ('set', 'get'))
    put.argtypes, put.restype = [ctypes.c_float, ctypes.c_void_p], None
    get.argtypes, get.restype = [ctypes.c_void_p], ctypes.c_float
    words = pair()
    put(value, words)
    reads = [name for pattern, name in registers.items() if get(pair(*pattern)) == value]
    if suffix == '_abcd': print(f'the example of the manual: {get(pair(0x0020, 0xf147)):.6g}')
    print(f'float{suffix}: sets {registers[tuple(words)]}, gets {" ".join(reads)}, reads its own as {get(words):.6g}')
PY
python3 floats.py | tee seen
cat > expected <<'SEEN'
float: sets CDAB, gets CDAB, reads its own as 123456
the example of the manual: 3.02529e-39
float_abcd: sets BADC, gets ABCD, reads its own as -9.85403e+29
float_badc: sets ABCD, gets BADC, reads its own as -9.85403e+29
float_cdab: sets DCBA, gets CDAB, reads its own as -9.85403e+29
float_dcba: sets CDAB, gets DCBA, reads its own as -9.85403e+29
SEEN
cmp expected seen
