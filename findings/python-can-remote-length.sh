#!/usr/bin/env bash
# python-can 4.1.0 (Debian python3-can 4.1.0-1), can_logconvert.
#
# Guess: a log that is converted from one of its formats to another has the same frames, or there is a message. That a
# remote frame asks for 4 bytes can stand in each of them.
# Seen: in a log of candump's form, which it reads right, each remote frame is written without its length, "123#R"
# where it read "123#R4": played back, it asks for 0 bytes. In .csv a CAN FD frame of 12 bytes becomes a classic one of
# 12 bytes, which no bus can carry. .asc keeps both. No message, exit code 0.
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
cd "$tmp"
apt-get download -qq -o APT::Sandbox::User=root python3-can=4.1.0-1 python3-typing-extensions python3-packaging python3-wrapt >/dev/null
for deb in *.deb; do dpkg -x "$deb" root; done
export PYTHONPATH="$tmp/root/usr/lib/python3/dist-packages"
cat > made.log <<'LOG'
(1.000000) can0 123#R4
(1.010000) can0 124##0000102030405060708090A0B
LOG
cat > frames.py <<'PY'
import sys, can
for frame in can.LogReader(sys.argv[1]):
    kind = 'remote' if frame.is_remote_frame else 'FD' if frame.is_fd else 'classic'
    print(f'{frame.arbitration_id:x} {kind} of {frame.dlc};', end=' ')
PY
{
  echo "read: $(python3 frames.py made.log)"
  for format in asc csv log; do
    python3 -W ignore root/usr/bin/can_logconvert made.log "made2.$format" > log 2>&1
    [ ! -s log ] || { echo "changed: it says $(cat log)"; exit 1; }
    echo "$format: $(python3 frames.py "made2.$format")"
  done
} | tee seen
cat > expected <<'SEEN'
read: 123 remote of 4; 124 FD of 12; 
asc: 123 remote of 4; 124 FD of 12; 
csv: 123 remote of 4; 124 classic of 12; 
log: 123 remote of 0; 124 FD of 12; 
SEEN
cmp expected seen
