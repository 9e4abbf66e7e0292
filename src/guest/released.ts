/**
 * Shell lines for process 1: takes Linux's drivers off the parts, so that programs reach them. A part on I2C is then free
 * for /dev/i2c-N (i2c-dev refuses with EBUSY what a driver has), one on SPI is /dev/spidevB.C. Muxes keep theirs: what is
 * behind them would go with it.
 */
export const RELEASE = `
for device in /sys/bus/i2c/devices/[0-9]*-* /sys/bus/spi/devices/*; do
  [ -e "$device/driver" ] || continue
  set -- "$device"/channel-*
  [ -e "$1" ] && continue
  echo "\${device##*/}" > "$device/driver/unbind"
  case $device in
    /sys/bus/spi/*)
      echo spidev > "$device/driver_override"
      echo "\${device##*/}" > /sys/bus/spi/drivers/spidev/bind || note "the guest's kernel has no spidev for \${device##*/}" ;;
  esac
done 2> /dev/null`;
