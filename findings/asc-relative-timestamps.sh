#!/usr/bin/env bash
# can-utils 2020.11.0 (Debian can-utils 2020.11.0-1), asc2log, and python-can 4.1.0 (Debian python3-can 4.1.0-1), reader
# of Vector's ASC files whose head says "timestamps relative": each time is counted from the line before.
#
# Guess: frames of 10, 20, 30 and 40 ms behind one another are at 0, 20, 50 and 90 ms behind the first.
# Seen: asc2log keeps one clock for classic frames and another for those of CAN FD: where the third is an FD frame it is
# at 20 ms, with the second, and the fourth at 60. python-can does not look at the head: the numbers are taken as
# absolute and are at 0, 10, 20 and 30. Neither says a word, and with "timestamps absolute" both are right.
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
cd "$tmp"
apt-get download -qq -o APT::Sandbox::User=root can-utils=2020.11.0-1 python3-can=4.1.0-1 python3-typing-extensions python3-packaging \
  python3-wrapt >/dev/null
for deb in *.deb; do dpkg -x "$deb" root; done
cat > made.asc <<'ASC'
date Fri Feb 14 02:30:00 pm 2020
base hex  timestamps relative
no internal events logged
   0.010000 1  123             Rx   d 1 11
   0.020000 1  124             Rx   d 1 22
   0.030000 CANFD   1 Rx        125                                   1 0 9 12 00 11 22 33 44 55 66 77 88 99 aa bb   100000  214   303000 80000000 46500250 460a0250 20011736 20010205
   0.040000 1  126             Rx   d 1 44
ASC
cat > times.py <<'PY'
import can
def spoken(name, times): print(name, ' '.join(str(round((each - times[0]) * 1000)) for each in times))
spoken('asc2log:', [float(line.split(')')[0][1:]) for line in open('log')])
spoken('python-can:', [message.timestamp for message in can.LogReader('made.asc')])
PY
# It says that it cannot read the date where the system does not have the locales en_US and de_DE.
root/usr/bin/asc2log -I made.asc -O log 2>/dev/null
PYTHONPATH="$tmp/root/usr/lib/python3/dist-packages" python3 times.py | tee seen
printf '%s\n' 'asc2log: 0 20 20 60' 'python-can: 0 10 20 30' | cmp - seen
