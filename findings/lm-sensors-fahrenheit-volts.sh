#!/usr/bin/env bash
# lm-sensors 3.6.0 (Debian lm-sensors 1:3.6.0-7.1), sensors; the chip in /sys is one of umockdev 0.17.16 (Debian
# umockdev 0.17.16-1).
#
# Guess: -f gives temperatures in degrees Fahrenheit, as its manual page says, in each of the three forms, for people, raw
# (-u) and JSON (-j), and leaves volts as they are. An offset of 2 °C, which is a difference, is 3.6 °F.
# Seen: with -u and -j every number is taken for a temperature: 3.3 V are 37.94, 1200 turns a minute are 2192, 12.5 W are
# 54.5, 45 % are 113, and an alarm that is off is 32. The offset is 35.6. The form for people is right.
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
cd "$tmp"
apt-get download -qq -o APT::Sandbox::User=root lm-sensors=1:3.6.0-7.1 libsensors5=1:3.6.0-7.1 libsensors-config umockdev=0.17.16-1 \
  libumockdev0=0.17.16-1 libglib2.0-0 libudev1 libpcap0.8 libdbus-1-3 libsystemd0 libffi8 libmount1 libblkid1 libselinux1 \
  libpcre2-8-0 zlib1g libgcrypt20 libgpg-error0 liblz4-1 liblzma5 libzstd1 libcap2 >/dev/null
for deb in *.deb; do dpkg -x "$deb" root; done
export LC_ALL=C.UTF-8
libraries="$tmp/root/usr/lib/x86_64-linux-gnu:$tmp/root/lib/x86_64-linux-gnu"
{
  printf '%s\n' 'P: /devices/platform/made.0' 'E: SUBSYSTEM=platform' ''
  printf '%s\n' 'P: /devices/platform/made.0/hwmon/hwmon0' 'E: SUBSYSTEM=hwmon' 'A: name=made\n'
  printf 'A: %s\\n\n' temp1_input=25000 temp1_offset=2000 in0_input=3300 in0_alarm=0 fan1_input=1200 power1_input=12500000 \
    humidity1_input=45000
} > chip
sensors() {
  LD_LIBRARY_PATH=$libraries root/usr/bin/umockdev-run -d chip -- root/usr/bin/sensors -c /dev/null "$@"
}
{
  echo '-f:' "$(sensors -f | sed -n 's/^\([a-z]*[0-9]\): */\1 /p' | tr -s ' ' | sort | xargs)"
  for form in -u '-f -u' '-f -j'; do
    # shellcheck disable=SC2086
    echo "$form:" "$(sensors $form | tr -d '", ' | sed -n 's/^\([a-z]*[0-9]_.*\):/\1 /p' | sort | xargs)"
  done
} | tee seen
cat > expected <<'SEEN'
-f: fan1 1200 RPM humidity1 45.0 %RH in0 3.30 V power1 12.50 W temp1 +77.0°F
-u: fan1_input 1200.000 humidity1_input 45.000 in0_alarm 0.000 in0_input 3.300 power1_input 12.500 temp1_input 25.000 temp1_offset 2.000
-f -u: fan1_input 2192.000 humidity1_input 113.000 in0_alarm 32.000 in0_input 37.940 power1_input 54.500 temp1_input 77.000 temp1_offset 35.600
-f -j: fan1_input 2192.000 humidity1_input 113.000 in0_alarm 32.000 in0_input 37.940 power1_input 54.500 temp1_input 77.000 temp1_offset 35.600
SEEN
cmp expected seen
