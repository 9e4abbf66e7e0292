import { expect } from 'vitest';
import { program } from '../../guest/boot.ts';
import { awaitProduct, type Judge } from './session.ts';

/** flashrom finds the flash, writes its first sector, and reads it back; libusb finds the adapter in usbfs. */
export function flashrom(folder: string, programmer: string, productId: string): Judge {
  return {
    name: `flashrom, ${programmer}`,
    folder,
    missing: program('flashrom'),
    // It gives each USB transfer a second. Without -N it would read the whole chip, twice.
    tries: 4,
    script: `
      ${awaitProduct(productId)}
      cd /run
      head -c 4096 /dev/urandom > head
      (cat head; head -c 1044480 /dev/zero | tr '\\000' '\\377') > image
      echo 000000:000fff begin > layout
      flash="flashrom -N -p ${programmer} -c W25Q80.V -l layout -i begin"
      $flash -w image 2>&1 | grep -v libusb
      $flash -r back 2>&1 | grep -v libusb
      cmp -n 4096 image back && echo same || exit 1
    `,
    check(output) {
      const [kind] = programmer.split(':');
      expect(output).toContain(`Found Winbond flash chip "W25Q80.V" (1024 kB, SPI) on ${kind}.`);
      expect(output).toMatch(/Verifying flash\.\.\. VERIFIED\.$/m);
      expect(output).toContain('Reading flash... done.');
      expect(output).toMatch(/^same$/m);
    },
  };
}
