#!/usr/bin/env bash
# pyserial 3.5 (Debian python3-serial 3.5-1.1), on Linux.
#
# Guess: with inter_byte_timeout=0.1 a read() ends a tenth of a second behind the last byte, as its documentation says
# ("Inter-character timeout"), so that a frame of unknown length, such as one of Modbus RTU, comes as soon as the line
# is quiet; timeout is for a line on which nothing comes at all.
# Seen: it does nothing here: read(256) of a frame of eight bytes comes back when timeout is over, after 2 seconds with
# timeout=2, and with timeout=None, the default, it would wait for 248 bytes more. No error, and the property reads 0.1.
# The port is open with O_NONBLOCK, where VTIME, to which the value goes, does not count (termios(3)).
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
cd "$tmp"
apt-get download -qq -o APT::Sandbox::User=root python3-serial=3.5-1.1 >/dev/null
dpkg -x python3-serial*.deb root
cat > frame.py <<'PY'
import os, pty, threading, time, tty
import serial
controller, line = pty.openpty()
tty.setraw(line)
FRAME = bytes.fromhex('01 03 00 00 00 02 c4 0b')
for timeout in 1, 2:
    with serial.Serial(os.ttyname(line), timeout=timeout, inter_byte_timeout=0.1) as port:
        threading.Timer(0.2, os.write, (controller, FRAME)).start()
        start = time.monotonic()
        got = port.read(256)
        took = 'at' if time.monotonic() - start >= timeout else 'before'
        print(f'{len(got)} bytes, {took} the timeout of {timeout} s, inter_byte_timeout {port.inter_byte_timeout}')
PY
PYTHONPATH="$tmp/root/usr/lib/python3/dist-packages" python3 frame.py | tee seen
cat > expected <<'SEEN'
8 bytes, at the timeout of 1 s, inter_byte_timeout 0.1
8 bytes, at the timeout of 2 s, inter_byte_timeout 0.1
SEEN
cmp expected seen
