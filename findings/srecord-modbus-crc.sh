#!/usr/bin/env bash
# SRecord 1.64 (Debian srecord 1.64-3), srec_cat's filters -CRC16_Big_Endian and -CRC16_Little_Endian.
#
# Guess: "-polynomial modbus", a name that srec_cat knows (it lists it where a name is wrong), makes the CRC of Modbus:
# 4b37 of "123456789" (CRC-16/MODBUS; Debian's crcmod has it); and "hdlc" and "usb" make those two.
# Seen: a name stands for the polynomial alone, and the other modifiers cannot make the rest: of the twelve
# combinations of seed, direction and augmenting, in either order of bytes, none is the CRC of Modbus, HDLC or USB.
# Alone "modbus" is 9ecf. That of XMODEM comes out with "-polynomial ccitt -xmodem", and that of KERMIT with
# -least_to_most besides.
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
cd "$tmp"
apt-get download -qq -o APT::Sandbox::User=root srecord=1.64-3 libsrecord0=1.64-3 libgcrypt20 libgpg-error0 python3-crcmod=1.7+dfsg-3+b3 >/dev/null
for deb in *.deb; do dpkg -x "$deb" root; done
export LD_LIBRARY_PATH="$tmp/root/usr/lib/x86_64-linux-gnu:$tmp/root/lib/x86_64-linux-gnu"
printf 123456789 > digits
crc() { root/usr/bin/srec_cat digits -binary "$@" -crop 9 11 -offset -9 -o - -binary | od -An -tx1 | tr -d ' \n'; }
wanted() {
  PYTHONPATH=root/usr/lib/python3/dist-packages python3 -W ignore -c "
import crcmod.predefined, sys
print('%04x' % crcmod.predefined.mkPredefinedCrcFun(sys.argv[1])(b'123456789'))" "$1"
}
{
  echo "modbus alone: $(crc -crc16_big_endian 9 -polynomial modbus)"
  for names in modbus:modbus hdlc:x-25 usb:crc-16-usb ccitt:xmodem ccitt:kermit; do
    wanted=$(wanted "${names#*:}")
    found=none
    for order in big little; do
      for seed in ccitt xmodem broken; do
        for direction in most_to_least least_to_most; do
          for augment in augment no-augment; do
            made=$(crc "-crc16_${order}_endian" 9 -polynomial "${names%:*}" "-$seed" "-$direction" "-$augment")
            [ "$made" != "$wanted" ] || found="$order -$seed -$direction -$augment"
          done
        done
      done
    done
    echo "-polynomial ${names%:*}, $wanted (${names#*:}): $found"
  done
} | tee seen
cat > expected <<'SEEN'
modbus alone: 9ecf
-polynomial modbus, 4b37 (modbus): none
-polynomial hdlc, 906e (x-25): none
-polynomial usb, b4c8 (crc-16-usb): none
-polynomial ccitt, 31c3 (xmodem): big -xmodem -most_to_least -augment
-polynomial ccitt, 2189 (kermit): big -xmodem -least_to_most -augment
SEEN
cmp expected seen
