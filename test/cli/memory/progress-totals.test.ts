import { expect, it } from 'vitest';
import { type I2cDev, openBoard, type SpiDev } from '../../../src/board/index.ts';
import { At24 } from '../../../src/cli/eeprom/at24.ts';
import { geometryOf } from '../../../src/cli/eeprom/geometry.ts';
import { writeEeprom } from '../../../src/cli/eeprom/write.ts';
import { SpiNor } from '../../../src/cli/flash/spi-nor.ts';
import { writeFlash } from '../../../src/cli/flash/write.ts';
import { ChangeLog } from '../../../src/cli/memory/change-log.ts';
import { Interruption } from '../../../src/cli/memory/interruption.ts';
import { Progress } from '../../../src/cli/memory/progress.ts';
import { findTarget } from '../../../src/cli/memory/target.ts';

const CELLS = '#address-cells = <1>; #size-cells = <0>;';
const SOURCE = `/dts-v1/; / {
	spi { compatible = "platform,virtio-spi"; ${CELLS} rom: flash@0 { compatible = "winbond,w25q80"; reg = <0>; }; };
	i2c { compatible = "platform,virtio-i2c"; ${CELLS}
		ee: eeprom@50 { compatible = "atmel,24c02"; reg = <0x50>; dtbus,set = "writeTime=0"; }; };
};`;

/** A terminal on which so much time passes between two drawings that each is drawn: its lines without speed and time. */
function terminal() {
  let now = 0;
  const lines: string[] = [];
  const write = (text: string) => {
    const [phase = '', bytes] = text.replace('\r\x1b[K', '').split(/\s+\d+ %\s+/);
    lines.push(`${phase} ${bytes?.split('  ')[0]}`);
  };
  const progress = new Progress({ isTTY: true, write }, () => (now += 1000));
  return { lines, work: { progress, interruption: new Interruption() } };
}
const KIB4 = 4096;

it('a flash counts what it erases, writes and reads back, each to its end', async () => {
  await using board = await openBoard({ source: SOURCE, backEnd: 'inline' });
  const contents = new Uint8Array(1 << 20).fill(0xff);
  contents.fill(0, 0, KIB4);
  board.part('&rom').set('contents', contents);
  const flash = await SpiNor.identify(board.open('/dev/spidev0.0') as SpiDev, findTarget(board, 'rom'));
  const image = new Uint8Array(2 * KIB4).fill(0xff);
  // Half of the first block, which holds zeros, and a page of the second, which is blank.
  image.fill(0x55, 0, KIB4 / 2);
  image.fill(0x55, KIB4, KIB4 + 256);
  const { lines, work } = terminal();
  await writeFlash(flash, { from: 0, to: image.length }, image, work, new ChangeLog(flash.size), () => {});
  const last = (phase: string) => lines.findLast((line) => line.startsWith(phase));
  expect(last('reading')).toBe('reading 8 KiB of 8 KiB');
  expect(last('erasing')).toBe('erasing 4 KiB of 4 KiB');
  expect(last('writing')).toBe('writing 2.25 KiB of 2.25 KiB');
  expect(last('verifying')).toBe('verifying 8 KiB of 8 KiB');
});

it('an EEPROM counts the pages that differ', async () => {
  await using board = await openBoard({ source: SOURCE, backEnd: 'inline' });
  const target = findTarget(board, 'ee');
  const node = board.nodes.open(target.nodePath) as I2cDev;
  const eeprom = new At24(node, target.unit, geometryOf(target));
  const image = new Uint8Array(64).fill(0xff);
  image.fill(0, 20, 24);
  const { lines, work } = terminal();
  await writeEeprom(eeprom, 0, image, work, new ChangeLog(eeprom.size));
  expect(lines.findLast((line) => line.startsWith('writing'))).toBe('writing 8 bytes of 8 bytes');
  expect(lines.at(-1)).toBe('verifying 8 bytes of 8 bytes');
});
