#!/usr/bin/env bash
# pynmea2 1.15.0 (Debian python3-nmea2 1.15.0-4), sentence ZDA.
#
# Guess: a ZDA's time and date are UTC, and its last two fields say how far local time is from it (NMEA 0183): whatever
# these are, datetime is the same moment, and the moment of the RMC that is sent with it.
# Seen: the time is taken for local time: datetime puts the zone to it, so with a zone of +05 it is five hours early,
# and after a UTC date of 1 January 01:00 it is the old year. The minutes, which have no sign of their own and the
# hours' one, are always added: -03,30 is two and a half hours and not three and a half. With 00,00, as most receivers
# send, it is right.
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
cd "$tmp"
apt-get download -qq -o APT::Sandbox::User=root python3-nmea2=1.15.0-4 >/dev/null
dpkg -x python3-nmea2*.deb root
cat > zone.py <<'PY'
import functools, operator
from datetime import timezone
import pynmea2
def parsed(text):
    return pynmea2.parse(f'${text}*{functools.reduce(operator.xor, text.encode()):02X}')
print('RMC:', parsed('GPRMC,010000.00,A,4807.038,N,01131.000,E,0.0,0.0,010126,,').datetime)
for zone in '00,00', '05,00', '-03,30':
    moment = parsed(f'GPZDA,010000.00,01,01,2026,{zone}').datetime
    print(f'ZDA {zone}:', moment.astimezone(timezone.utc).replace(tzinfo=None))
PY
PYTHONPATH="$tmp/root/usr/lib/python3/dist-packages" python3 zone.py | tee seen
cat > expected <<'SEEN'
RMC: 2026-01-01 01:00:00
ZDA 00,00: 2026-01-01 01:00:00
ZDA 05,00: 2025-12-31 20:00:00
ZDA -03,30: 2026-01-01 03:30:00
SEEN
cmp expected seen
