import { beforeAll, describe, expect, it } from 'vitest';
import { NO_UML } from '../../guest/boot.ts';
import { attributesOf, type BoardPart, type BoardRun, bootWithParts, endsQuietly } from './board.ts';

/**
 * Linux's spi-nor is the judge of flash of many makers: it must know each by its id, find its size and its sectors, open
 * those that are protected after power-on, and erase and program it in its own way (flag status of Micron, 4-byte modes
 * and instructions), also beyond 16 MiB.
 *
 * SST's words are left to flashrom (`test/cli/flash`): over a controller without direct mapping Linux 6.1 and 7.2 send
 * 02h with two bytes in the place of ADh, of which an SST25VF takes one.
 */

/** Size in KiB, bytes that an erase takes; Linux's names for maker and part, where it has them. */
type Row = readonly [
  compatible: string,
  id: string,
  kib: number,
  eraseSize: number,
  maker: string,
  part: string,
  /** Linux cannot program it. */
  words?: 'words',
];

const K4 = 0x1000;
const ROWS: readonly Row[] = [
  ['spansion,s25sl12801', '0120180301', 16_384, 0x10000, 'spansion', 's25sl12801'],
  ['spansion,s25fl129p1', '0120184d01', 16_384, 0x10000, 'spansion', 's25fl129p1'],
  ['spansion,s25fl128s1', '0120184d0180', 16_384, 0x10000, 'spansion', 's25fl128s1'],
  ['spansion,s25fl256s1', '0102194d0180', 32_768, 0x10000, 'spansion', 's25fl256s1'],
  ['spansion,s25fs512s', '0102204d0081', 65_536, 0x40000, 'spansion', 's25fs512s'],
  ['spansion,s25fl164k', '014017', 8192, K4, 'spansion', 's25fl164k'],
  ['spansion,s25fl256l', '016019', 32_768, K4, 'spansion', 's25fl256l'],
  ['micron,n25q128a11', '20bb18', 16_384, K4, 'st', 'n25q128a11'],
  ['st,n25q128a13', '20ba18', 16_384, K4, 'st', 'n25q128a13'],
  ['micron,n25q256a', '20ba19', 32_768, K4, 'st', 'n25q256a'],
  ['micron,mt25qu256a', '20bb19104400', 32_768, K4, 'st', 'mt25qu256a'],
  ['micron,mt25qu02g', '20bb22', 262_144, K4, 'st', 'mt25qu02g'],
  ['micron,m25p80', '202014', 1024, 0x10000, 'st', 'm25p80'],
  ['m25p40', '202013', 512, 0x10000, 'st', 'm25p40'],
  ['st,m25p128', '202018', 16_384, 0x40000, 'st', 'm25p128'],
  ['winbond,w25q64dw', 'ef6017', 8192, K4, 'winbond', 'w25q64dw'],
  ['winbond,w25q128fw', 'ef6018', 16_384, K4, 'winbond', 'w25q128fw'],
  ['winbond,w25x32', 'ef3016', 4096, K4, 'winbond', 'w25x32'],
  ['macronix,mx25l4005a', 'c22013', 512, K4, 'macronix', 'mx25l4005a'],
  ['mxicy,mx25l1606e', 'c22015', 2048, K4, 'macronix', 'mx25l1606e'],
  ['mxicy,mx25r1635f', 'c22815', 2048, K4, 'macronix', 'mx25r1635f'],
  ['macronix,mx25u6435f', 'c22537', 8192, K4, 'macronix', 'mx25u6435f'],
  ['macronix,mx25l25635e', 'c22019', 32_768, K4, 'macronix', 'mx25l25635e'],
  ['macronix,mx25u25635f', 'c2', 32_768, K4, 'macronix', 'mx25u25635f'],
  ['gigadevice,gd25q64', 'c84017', 8192, K4, 'gigadevice', 'gd25q64'],
  ['gigadevice,gd25q256', 'c84019', 32_768, K4, 'gigadevice', 'gd25q256'],
  ['issi,is25lp016d', '9d6015', 2048, K4, 'issi', 'is25lp016d'],
  ['issi,is25wp256', '9d7019', 32_768, K4, 'issi', 'is25wp256'],
  ['sst,sst25vf016b', 'bf2541', 2048, K4, 'sst', 'sst25vf016b', 'words'],
  ['sst,sst25vf040b', 'bf258d', 512, K4, 'sst', 'sst25vf040b', 'words'],
  ['sst,sst25wf080', 'bf2505', 1024, K4, 'sst', 'sst25wf080', 'words'],
  ['sst,sst25wf040b', '621613', 512, K4, 'sst', 'sst25wf040b'],
  ['sst,sst26vf064b', 'bf2643', 8192, K4, 'sst', 'sst26vf064b'],
  ['atmel,at25df321a', '1f4701', 4096, K4, 'atmel', 'at25df321a'],
];

const nodeOf = ([compatible]: Row, index: number) =>
  `${compatible.replace(/^.*,/, '')}@${index.toString(16)}`;
const PARTS: readonly BoardPart[] = ROWS.map((row, index) => ({
  name: nodeOf(row, index),
  compatible: `${row[0]} jedec,spi-nor`,
  more: 'spi-max-frequency = <20000000>;',
}));

const WORDS = ROWS.flatMap((row, index) => (row[6] === 'words' ? [nodeOf(row, index)] : [])).join(' ');

/** Those that it erases too: a block device takes its time. */
const ERASED = ROWS.flatMap((row, index) =>
  ['n25q128a11', 'mt25qu02g', 'w25q64dw', 'mx25l1606e', 'is25lp016d', 'at25df321a', 'sst26vf064b'].includes(
    row[5],
  )
    ? [nodeOf(row, index)]
    : [],
).join(' ');

/**
 * Each flash: what Linux says of it; then 14 bytes are written over a page's end in its last sector but one and read back
 * from the chip, and the sector beside it must still be erased. Some are written by mtdblock, which erases, and twice.
 */
const COMMANDS = `
for m in /sys/class/mtd/mtd*; do
  case $m in *ro) continue;; esac
  n=$(basename $m); spi=$(readlink -f $m/device); node=$(basename "$(readlink -f $spi/of_node)")
  erase=$(cat $m/erasesize); size=$(cat $m/size); at=$((size - 2 * erase + 253))
  for f in jedec_id manufacturer partname; do [ -f $spi/spi-nor/$f ] && echo "$node $f=$(cat $spi/spi-nor/$f)"; done
  echo "$node size=$size"; echo "$node erasesize=$erase"
  case " ${WORDS} " in *" $node "*) continue;; esac
  case " ${ERASED} " in *" $node "*) to=/dev/mtdblock\${n#mtd};; *) to=/dev/$n;; esac
  printf 'flash by linux' | dd of=$to bs=14 seek=$at oflag=seek_bytes conv=notrunc 2>/dev/null; sync
  echo "$node written=$(dd if=/dev/$n bs=14 skip=$at iflag=skip_bytes count=1 2>/dev/null)"
  echo "$node beside=$(dd if=/dev/$n bs=4 skip=$((size - erase)) iflag=skip_bytes count=1 2>/dev/null | busybox hexdump -e '4/1 "%02x"')"
  [ $to != /dev/$n ] || continue
  printf 'zweimal' | dd of=/dev/mtdblock\${n#mtd} bs=7 seek=$at oflag=seek_bytes conv=notrunc 2>/dev/null; sync
  echo "$node again=$(dd if=/dev/$n bs=14 skip=$at iflag=skip_bytes count=1 2>/dev/null)"
done
dmesg | grep -iE 'spi-nor|mtd|spi[0-9]' | sed 's/^/log /'
`;

describe.skipIf(NO_UML !== undefined)("Linux's spi-nor and our flashes", () => {
  let run: BoardRun;
  let attributes = new Map<string, string>();

  beforeAll(async () => {
    run = await bootWithParts([], PARTS, COMMANDS);
    attributes = attributesOf(run);
  });

  it('runs to its end without a complaint of a model', () => {
    endsQuietly(run);
  });

  const cases = ROWS.map((row, index) => [nodeOf(row, index), row] as const);
  const written = cases.filter(([, row]) => row[6] === undefined);

  it.each(cases)('%s: its id, maker, size and sectors', (node, [, id, kib, eraseSize, maker, part]) => {
    const get = (name: string) => attributes.get(`${node} ${name}`);
    expect(get('jedec_id')).toBe(id);
    expect(Number(get('size'))).toBe(kib * 1024);
    expect(Number(get('erasesize'))).toBe(eraseSize);
    // Linux has no names for chips that describe themselves (SFDP).
    expect([maker, undefined, '']).toContain(get('manufacturer'));
    expect([part, undefined]).toContain(get('partname'));
  });

  it.each(written)('%s: programs it, and erases some', (node) => {
    const get = (name: string) => attributes.get(`${node} ${name}`);
    expect(get('written')).toBe('flash by linux');
    if (ERASED.split(' ').includes(node)) expect(get('again')).toBe('zweimaly linux');
    expect(get('beside')).toBe('ffffffff');
  });
});
