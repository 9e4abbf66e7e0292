import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openBoard, type SpiDev } from '../../../src/board/index.ts';
import { boardText, noise, testFolder } from '../folder.ts';
import { dtbusHere } from '../run-here.ts';

/** Blocks that are locked one by one: no protection bit tells of them, and the chip refuses without a word. */
const folder = testFolder();
const place = () => folder.path('sockets');
const chip = (label: string, at: number, compatible: string) =>
  `${label}: flash@${at} { compatible = "${compatible}"; reg = <${at}>; dtbus,set = "timeScale=0"; };`;
let server: ChildProcess;

beforeAll(async () => {
  const chips = [chip('w25q', 0, 'winbond,w25q16'), chip('sst26', 1, 'microchip,sst26vf016b')];
  const board = folder.write('board.dts', boardText('', chips.join('\n')));
  server = spawn(process.execPath, ['bin/dtbus.js', 'serve', board, '--socket-dir', place()]);
  await once(server.stdout as NodeJS.ReadableStream, 'data');
  writeFileSync(folder.path('image'), noise(0x2000, 1));
}, 60_000);
afterAll(async () => {
  server.kill('SIGTERM');
  await once(server, 'close');
});

const flash = (...argv: string[]) => dtbusHere('flash', ...argv, '--connect', place());

/** Writes a status register behind 06h (Winbond W25Q16JV data sheet, 8.2.6). */
async function writeStatus(...instruction: number[]): Promise<void> {
  await using board = await openBoard({ connect: place() });
  const spi = board.nodes.open('/dev/spidev0.0') as SpiDev;
  await spi.transfer([{ tx: Uint8Array.of(0x06), csChange: true }, { tx: Uint8Array.from(instruction) }]);
  spi.close();
}

/** By 11h the third status register, of which bit 2 is WPS. */
const setWps = (isSet: boolean) => writeStatus(0x11, isSet ? 0x64 : 0x60);

describe('a W25Q whose WPS is set', () => {
  it('is not written until its blocks are unlocked, which are told of', async () => {
    await setWps(true);
    const refused = {
      status: 1,
      err: 'dtbus: EACCES: blocks of the flash are locked one by one (WPS of its third status register is set); --unprotect unlocks all until the chip is without power\n',
    };
    expect(await flash('write', 'w25q', folder.path('image'), '--offset', '64k')).toMatchObject(refused);
    expect(await flash('erase', 'w25q')).toMatchObject(refused);
    expect((await flash('info', 'w25q', '--live')).out).toContain(
      '00 00: blocks are locked one by one (WPS)',
    );
    const written = await flash('write', 'w25q', folder.path('image'), '--offset', '64k', '--unprotect');
    expect(written.err).toMatch(/^written and verified 0x010000-0x011fff \(8 KiB\)/);
    expect((await flash('info', 'w25q', '--live')).out).toContain('00 00: no block is protected');
    expect((await flash('erase', 'w25q')).err).toMatch(
      /^erased and verified 0x000000-0x1fffff \(2 MiB\) in [^:]+\n$/,
    );
  });

  it('says nothing of it where it is not', async () => {
    await setWps(false);
    expect((await flash('write', 'w25q', folder.path('image'))).status).toBe(0);
  });
});

it('a W25Q whose SRL is set: what locks its protection bits is named', async () => {
  // BP0 in the first status register, then SRL, bit 0 of the second.
  await writeStatus(0x01, 0x04);
  await writeStatus(0x31, 0x01);
  expect(await flash('write', 'w25q', folder.path('image'), '--unprotect')).toMatchObject({
    status: 1,
    err: "dtbus: EACCES: protection bits BP0 cannot be cleared: SRL locks the status registers: switch the chip's power off and on; where that does not help, they are locked for ever\n",
  });
});

it('an SST26, which is locked after power-on and does not tell: a write that failed says what unlocks it', async () => {
  const refused = await flash('write', 'sst26', folder.path('image'));
  expect(refused.status).toBe(1);
  expect(refused.err).toMatch(
    /\n {2}If the chip refuses all writes, its blocks are locked, as after power-on: use --unprotect\.\n {2}Fix the cause /,
  );
  const written = await flash('write', 'sst26', folder.path('image'), '--unprotect');
  expect(written.err).toMatch(/^written and verified 0x000000-0x001fff \(8 KiB\)/);
});
