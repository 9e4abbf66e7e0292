import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { NO_UML } from '../../guest/boot.ts';
import { keepLinuxResults } from '../../support/part-table.ts';
import { attributesOf, type BoardPart, type BoardRun, bootWithParts, endsQuietly } from './board.ts';

/** Linux's spinand finds chips of several makers by their ids, erases, programs, reads, and knows their bad blocks. */

const SLOW = 'spi-max-frequency = <10000000>;';
const MIB = 1 << 20;
const CHIPS: readonly (readonly [compatible: string, size: number, spare: number])[] = [
  ['spi-nand', 128 * MIB, 64],
  ['winbond,w25n02kv spi-nand', 256 * MIB, 128],
  ['macronix,mx35lf1ge4ab spi-nand', 128 * MIB, 64],
  ['micron,mt29f2g01abagd spi-nand', 256 * MIB, 128],
  ['gigadevice,gd5f1gq5ue spi-nand', 128 * MIB, 128],
  ['toshiba,tc58cvg0s3 spi-nand', 128 * MIB, 128],
];
const parts: readonly BoardPart[] = CHIPS.map(([compatible], index) => ({
  name: `flash@${index}`,
  compatible,
  more: SLOW,
  set: index === 0 ? { badBlocks: '2 5' } : {},
}));

const COMMANDS = `
for m in /sys/class/mtd/mtd[0-9]; do
  node=$(basename "$(readlink -f $m/device/of_node)")
  echo "$node driver=$(basename "$(readlink $m/device/driver)")"
  for file in size oobsize erasesize writesize type; do echo "$node $file=$(cat $m/$file 2>&1)"; done
done
mount -t tmpfs none /tmp
busybox printf 'nand' > /tmp/page; dd if=/dev/zero bs=2044 count=1 >> /tmp/page 2>/dev/null
dev() { for m in /sys/class/mtd/mtd[0-9]; do
  [ "$(basename "$(readlink -f $m/device/of_node)")" = $1 ] && echo /dev/$(basename $m); done; }
d=$(dev flash@0)
dd if=/tmp/page of=$d bs=2048 count=1 2>/dev/null
echo "flash@0 read=$(dd if=$d bs=2048 count=1 2>/dev/null | busybox hexdump -n 5 -e '5/1 "%02x"')"
echo "flash@0 bad=$(dd if=/tmp/page of=$d bs=2048 seek=128 count=1 2>&1 | grep -c 'Input/output error')"
b=/dev/mtdblock\${d##*mtd}
for text in aaaa zzzz; do
  busybox printf $text > /tmp/block; dd if=/dev/zero bs=4092 count=1 >> /tmp/block 2>/dev/null
  dd if=/tmp/block of=$b bs=4096 seek=32 count=1 conv=fsync 2>/dev/null; sync
done
echo "flash@0 again=$(dd if=$d bs=2048 skip=64 count=1 2>/dev/null | busybox hexdump -n 5 -e '5/1 "%02x"')"
dmesg | grep -i nand | sed 's/^/log /'`;

describe.skipIf(NO_UML)(`Linux's driver of SPI NAND${NO_UML || ''}`, () => {
  let run: BoardRun;
  let said: ReadonlyMap<string, string>;
  beforeAll(async () => {
    run = await bootWithParts([], parts, COMMANDS);
    said = attributesOf(run);
    endsQuietly(run);
  });

  const facts = (node: string) =>
    ['size', 'oobsize', 'erasesize', 'writesize', 'type'].map((file) => said.get(`${node} ${file}`));

  it.each(
    CHIPS.map(([compatible, size, spare], index) => [compatible, `flash@${index}`, size, spare] as const),
  )('%s is found by its id', (_compatible, node, size, spare) => {
    expect(facts(node)).toEqual([`${size}`, `${spare}`, '131072', '2048', 'nand']);
  });

  afterAll(() =>
    keepLinuxResults(
      'nand',
      CHIPS.map(([compatible, size, spare], index) => {
        const node = `flash@${index}`;
        const isFound = facts(node).join(' ') === `${size} ${spare} 131072 2048 nand`;
        const found = [
          { what: `mtd finds ${size / MIB} MiB, and ${spare} spare bytes of a page`, right: isFound },
        ];
        if (index === 0) {
          found.push(
            { what: 'a page is read as it was programmed', right: said.get(`${node} read`) === '6e616e6400' },
            { what: 'a bad block refuses', right: said.get(`${node} bad`) === '1' },
          );
        }
        return { compatible, driver: said.get(`${node} driver`) ?? '', found };
      }),
    ),
  );

  it('is told that a page of a bad block was not programmed', () => {
    expect(said.get('flash@0 bad')).toBe('1');
  });

  it('erases a block before it programs it again', () => {
    expect(said.get('flash@0 again')).toBe('7a7a7a7a00');
    expect(run.get('flash@0', 'erased')).toBeGreaterThanOrEqual(2);
  });

  it('programs a page and reads it', () => {
    expect(said.get('flash@0 read')).toBe('6e616e6400');
  });
});
