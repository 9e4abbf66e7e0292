#!/usr/bin/env bash
# MicroPython 1.27.0 (npm @micropython/micropython-webassembly-pyscript 1.27.0).
#
# Guess: what a driver does with the bytes of a register is done as in CPython, or is an exception: int.from_bytes(data,
# 'big', True) has a sign, and 300 does not go into a byte, be it by struct.pack or in a bytearray.
# Seen: the third argument is taken and not looked at: ff 38 is 65336 and not -200. struct.pack and bytearray cut a
# value down to its low bits: 300 is 2c, and 40000 in a signed word ('>h') is 9c 40, which reads back as -25536.
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
cd "$tmp"
npm install --silent --no-audit --no-fund --ignore-scripts @micropython/micropython-webassembly-pyscript@1.27.0
cat > bytes.py <<'PY'
import struct
held = bytearray(1)
held[0] = 300
value = int.from_bytes(bytes([0xff, 0x38]), 'big', True)
print(value, struct.pack('B', 300).hex(), struct.pack('>h', 40000).hex(), held.hex())
PY
cat > run.mjs <<'JS'
import { readFileSync } from 'node:fs';
import { loadMicroPython } from '@micropython/micropython-webassembly-pyscript/micropython.mjs';
(await loadMicroPython()).runPython(readFileSync('bytes.py', 'utf8'));
JS
seen=$(node run.mjs)
echo "$seen"
[[ $seen == '65336 2c 9c40 2c' ]]
