import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { bootGuest, NO_UML, program } from '../../guest/boot.ts';

const PLUG = fileURLToPath(new URL('../in-guest/plug.mjs', import.meta.url));
const missing = NO_UML ?? program('flashrom') ?? program('node');

/** flashrom finds the flash, writes its first sector, and reads it back; libusb finds the adapter in usbfs. */
const SCRIPT = `
  for i in $(seq 100); do
    grep -q 5512 /sys/bus/usb/devices/*/idProduct 2>/dev/null && break
    busybox usleep 50000
  done
  echo "product $(cat /sys/bus/usb/devices/*-1/idProduct)"
  cd /run
  head -c 4096 /dev/urandom > head
  (cat head; head -c 1044480 /dev/zero | tr '\\000' '\\377') > image
  echo 000000:000fff begin > layout
  flash="flashrom -p ch341a_spi -c W25Q80.V -l layout -i begin"
  $flash -w image 2>&1 | grep -v libusb
  $flash -r back 2>&1 | grep -v libusb
  cmp -n 4096 image back && echo same || exit 1
`;

describe('flashrom on the emulated CH341A', () => {
  it.skipIf(missing !== undefined)(
    'finds the flash, writes it and reads it back',
    async () => {
      const { output, exitCode } = await bootGuest({
        // flashrom gives each USB transfer a second, which a busy machine may miss: then a new adapter is plugged in.
        commands: `for try in 1 2 3 4; do node ${PLUG} ch341a '${SCRIPT.replaceAll("'", "'\\''")}' 2>&1 && break; done`,
        kernelArguments: ['seccomp=on', 'loglevel=2'],
        deadlineMs: 200_000,
      });
      expect(exitCode, output).toBe(0);
      expect(output).toContain('product 5512');
      expect(output).toContain('Found Winbond flash chip "W25Q80.V" (1024 kB, SPI) on ch341a_spi.');
      expect(output).toMatch(/Verifying flash\.\.\. VERIFIED\.$/m);
      expect(output).toContain('Reading flash... done.');
      expect(output).toMatch(/^same$/m);
    },
    220_000,
  );
});
