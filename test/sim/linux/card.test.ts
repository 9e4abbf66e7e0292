import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { NO_UML } from '../../guest/boot.ts';
import { keepLinuxResults } from '../../support/part-table.ts';
import { ASK_FOR_PHASE, attributesOf, type BoardRun, bootWithParts, endsQuietly } from './board.ts';

/**
 * Linux's mmc_spi starts the card with checksums on, reads its registers, writes and reads blocks and a file system, and sees
 * that it is taken out.
 */

const BYTES = 8 * 1024 * 1024;

/** An empty FAT16 file system (Microsoft's specification of FAT, version 1.03). */
function emptyFat(): Uint8Array {
  const [SECTOR, CLUSTER, RESERVED, FATS, ROOT, FAT_SECTORS] = [512, 2, 1, 2, 512, 32];
  const image = new Uint8Array((RESERVED + FATS * FAT_SECTORS) * SECTOR);
  const view = new DataView(image.buffer);
  image.set([0xeb, 0x3c, 0x90, ...Buffer.from('dtbus   ')]);
  view.setUint16(11, SECTOR, true);
  image[13] = CLUSTER;
  view.setUint16(14, RESERVED, true);
  image[16] = FATS;
  view.setUint16(17, ROOT, true);
  view.setUint16(19, BYTES / SECTOR, true);
  image[21] = 0xf8;
  view.setUint16(22, FAT_SECTORS, true);
  image.set([0x80, 0, 0x29, 1, 2, 3, 4, ...Buffer.from('DTBUS      FAT16   ')], 36);
  image.set([0x55, 0xaa], 510);
  for (let fat = 0; fat < FATS; fat++)
    view.setUint32((RESERVED + fat * FAT_SECTORS) * SECTOR, 0xffff_fff8, true);
  return image;
}

const COMMANDS = `${ASK_FOR_PHASE}
n=0; until [ -b /dev/mmcblk0 ] || [ $n = 300 ]; do sleep 0.1; n=$((n+1)); done
b=/sys/block/mmcblk0; d=$b/device
echo "slot@0 driver=$(basename $(readlink /sys/bus/spi/devices/spi0.0/driver))"
echo "slot@0 sectors=$(cat $b/size)"
for f in type name cid csd scr ocr; do echo "slot@0 $f=$(cat $d/$f)"; done
printf 'written by Linux' | dd of=/dev/mmcblk0 bs=16 seek=524287 conv=notrunc 2>/dev/null; sync
echo "slot@0 back=$(dd if=/dev/mmcblk0 bs=512 skip=16383 count=1 iflag=direct 2>/dev/null | tail -c 16)"
mount -t tmpfs none /mnt; mkdir /mnt/card; mount -t vfat /dev/mmcblk0 /mnt/card && echo "slot@0 mounted=yes"
head -c 300000 /dev/urandom > /mnt/card/file; before=$(sha1sum < /mnt/card/file)
umount /mnt/card; echo 3 > /proc/sys/vm/drop_caches; mount -t vfat /dev/mmcblk0 /mnt/card
[ "$before" = "$(sha1sum < /mnt/card/file)" ] && echo "slot@0 file=same"
umount /mnt/card; echo 3 > /proc/sys/vm/drop_caches
echo "slot@0 sha1=$(sha1sum < /dev/mmcblk0 | cut -d' ' -f1)"
ask $(ls -d /sys/bus/i2c/devices/0-0050)/eeprom
n=0; until [ ! -e $b ] || [ $n = 200 ]; do sleep 0.1; n=$((n+1)); done
[ -e $b ] || echo "slot@0 gone=yes"
dmesg | grep -i "mmc\\|spi0" | sed 's/^/log /'`;

describe.skipIf(NO_UML)(`Linux's mmc_spi${NO_UML || ''}`, () => {
  let run: BoardRun;
  let said: ReadonlyMap<string, string>;
  let sha1 = '';
  beforeAll(async () => {
    run = await bootWithParts(
      [{ name: 'eeprom@50', compatible: 'atmel,24c02', more: 'pagesize = <8>;' }],
      [
        {
          name: 'slot@0',
          compatible: 'mmc-spi-slot',
          set: { contents: emptyFat() },
          more: `spi-max-frequency = <20000000>; voltage-ranges = <3300 3300>; dtbus,card-size = <${BYTES}>;`,
        },
      ],
      COMMANDS,
      undefined,
      {
        part: 'eeprom@50',
        act: (parts) => {
          const { path } = parts.list().find((part) => part.path.endsWith('/slot@0')) ?? { path: '' };
          sha1 = createHash('sha1')
            .update(parts.get(path, 'contents') as Uint8Array)
            .digest('hex');
          parts.set(path, 'powered', false);
        },
      },
    );
    said = attributesOf(run);
    endsQuietly(run);
  });
  const get = (name: string) => said.get(`slot@0 ${name}`);

  it('finds a high-capacity card, by its registers', () => {
    expect([get('driver'), get('type'), get('name')]).toEqual(['mmc_spi', 'SD', 'DTBUS']);
    expect(Number(get('sectors'))).toBe(BYTES / 512);
    expect([get('cid')?.slice(0, 30), get('scr')]).toEqual([
      '004442445442555310000000010181',
      '0235000000000000',
    ]);
  });

  it('writes blocks, and reads them back', () => {
    expect(get('back')).toBe('written by Linux');
  });

  it('has a file system on it, and each byte of it is that of the part', () => {
    expect([get('mounted'), get('file')]).toEqual(['yes', 'same']);
    expect(get('sha1')).toBe(sha1);
  });

  it('sees that it is taken out', () => {
    expect(get('gone')).toBe('yes');
  });

  afterAll(() =>
    keepLinuxResults('card', [
      {
        compatible: 'mmc-spi-slot',
        driver: get('driver') ?? '',
        found: [
          { what: 'mmc finds a card of 8 MiB', right: get('sectors') === '16384' },
          {
            what: 'a file system keeps a file, and all blocks are those of the part',
            right: get('sha1') === sha1,
          },
          { what: 'a card that is taken out is gone', right: get('gone') === 'yes' },
        ],
      },
    ]),
  );
});
