import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { resolve } from 'node:path';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { BusFault } from '../../../src/bus/index.ts';
import { SpiNor } from '../../../src/cli/flash/spi-nor.ts';
import { SpiDev } from '../../../src/dev/core.ts';
import { boardText, noise, testFolder } from '../folder.ts';
import { dtbusHere } from '../run-here.ts';

const folder = testFolder();
const MIB = 1 << 20;
const MODEL = resolve(import.meta.dirname, 'faulty-flash.mjs');
const FAULTS: Readonly<Record<string, string>> = {
  stuck: 'acme,stuck = <0x2345>;',
  dying: 'acme,dies-after = <20>;',
  sound: '',
  busy: 'acme,busy;',
  protected: 'acme,status = <0x0c>;',
  locked: 'acme,status = <0x9c>; acme,locked;',
  slow: 'acme,slow-page = <0x2300>;',
  older: 'acme,status = <0x1c>; acme,second = <0x4a>;',
};
let board: string;

beforeAll(() => {
  const faulty = Object.entries(FAULTS).map(
    ([label, properties], index) =>
      `${label}: flash@${(index + 3).toString(16)} { compatible = "acme,faulty-flash"; reg = <${index + 3}>; dtbus,model = "faulty-flash.mjs"; ${properties} };`,
  );
  folder.write('faulty-flash.mjs', readFileSync(MODEL, 'utf8'));
  board = folder.write(
    'board.dts',
    boardText(
      'eeprom: eeprom@50 { compatible = "atmel,24c02"; reg = <0x50>; };',
      `flash: flash@0 { compatible = "winbond,w25q80"; reg = <0>; dtbus,contents = "flash.bin"; dtbus,set = "timeScale=0"; };
       big: flash@1 { compatible = "macronix,mx25l25635f"; reg = <1>; dtbus,contents = "big.bin"; dtbus,set = "timeScale=0"; };
       empty: flash@f { compatible = "acme,nothing"; reg = <15>; };
       ${faulty.join('\n')}`,
    ),
  );
});
afterEach(() => {
  for (const file of ['flash.bin', 'big.bin']) if (existsSync(folder.path(file))) rmSync(folder.path(file));
});

const flash = (verb: string, ...argv: string[]) => dtbusHere('flash', verb, ...argv, '-b', board);

describe('dtbus flash info --live', () => {
  it('says what the chip says of itself', async () => {
    const { status, out } = await flash('info', 'flash', '--live');
    expect(status).toBe(0);
    // W25Q80DV data sheet: id 8.1.1, erases 8.2.
    expect(out).toMatch(
      /Winbond SPI NOR flash on \/dev\/spidev0.0\n.*\n {2}JEDEC id {3}ef 40 14 \(Winbond\)\n.*\n {2}size {7}1 MiB \(1048576 bytes\)\n {2}page {7}256 bytes\n {2}erase {6}4 KiB \(20h, .*32 KiB \(52h.*64 KiB \(d8h/,
    );
    expect((await flash('info', 'big', '--live')).out).toContain(
      'addresses  4 bytes, by dedicated instructions',
    );
  });

  it('says who does not answer, and what is no flash', async () => {
    const nobody = await flash('info', 'empty', '--live');
    expect(nobody.err).toMatch(/no flash answers on \/dev\/spidev0.15: its JEDEC id reads ff ff ff; check/);
    expect(nobody.status).toBe(1);
    const eeprom = await flash('info', 'eeprom');
    expect(eeprom.err).toContain('for an EEPROM use dtbus eeprom');
    expect(eeprom.status).toBe(2);
  });
});

describe('dtbus flash write', () => {
  it('fills the chip, and reads back the same', async () => {
    const image = noise(MIB, 1);
    expect((await flash('write', 'flash', folder.write('image', image))).status).toBe(0);
    expect(folder.read('flash.bin').equals(image)).toBe(true);
    expect((await flash('read', 'flash', folder.path('copy'))).status).toBe(0);
    expect(folder.read('copy').equals(image)).toBe(true);
    expect((await flash('verify', 'flash', folder.path('image'))).status).toBe(0);
    const again = await flash('write', 'flash', folder.path('image'));
    expect(again.err).toContain('already held this data: nothing was written');
  });

  it('leaves what is around the image as it was, and erases only the blocks that it must', async () => {
    const before = noise(MIB, 2);
    folder.write('flash.bin', before);
    const image = noise(5000, 3);
    const { status, err } = await flash('write', 'flash', folder.write('image', image), '--offset', '0x1f80');
    expect(status).toBe(0);
    expect(err).toMatch(
      /^written and verified 0x01f80-0x03307 \(4.88 KiB\) in .*: 12 KiB erased, 12 KiB programmed\n$/,
    );
    before.set(image, 0x1f80);
    expect(folder.read('flash.bin').equals(before)).toBe(true);
  });

  it('reads no more of a block that is written anew than shows that it must be erased', async () => {
    folder.write('flash.bin', noise(MIB, 8));
    const image = noise(MIB, 9);
    const read = vi.spyOn(SpiNor.prototype, 'read');
    try {
      expect((await flash('write', 'flash', folder.write('image', image))).status).toBe(0);
      // What it reads back.
      expect(read.mock.calls.reduce((sum, [, into]) => sum + into.length, 0)).toBe(MIB);
    } finally {
      read.mockRestore();
    }
    expect(folder.read('flash.bin').equals(image)).toBe(true);
  });

  it('reads all where the adapter takes no message that looks at many blocks', async () => {
    folder.write('flash.bin', noise(MIB, 8));
    const image = noise(MIB, 9);
    const { transfer: own } = SpiDev.prototype;
    const transfer = vi.spyOn(SpiDev.prototype, 'transfer');
    let refused = 0;
    try {
      transfer.mockImplementation(function (this: SpiDev, message) {
        const looks = Array.isArray(message) && message.filter(({ rx }) => rx === 27).length > 1;
        if (!looks) return own.call(this, message);
        refused++;
        return Promise.reject(new BusFault('EMSGSIZE', 'too long'));
      });
      expect((await flash('write', 'flash', folder.write('image', image))).status).toBe(0);
    } finally {
      transfer.mockRestore();
    }
    expect(refused).toBe(1);
    expect(folder.read('flash.bin').equals(image)).toBe(true);
  });

  it('finds what differs behind the beginning of a block, too', async () => {
    const before = noise(MIB, 10);
    folder.write('flash.bin', before);
    const image = noise(MIB - 0x3456, 11);
    /** Blocks 3 and 4 begin as they were, block 5 too and needs no erase, block 6 is as it was. */
    for (const [block, bytes] of [
      [3, 27],
      [4, 0xfff],
      [5, 0x800],
      [6, 0x1000],
    ] as const)
      image.set(before.subarray(block << 12, (block << 12) + bytes), block << 12);
    for (let at = 0x5800; at < 0x6000; at++) image[at] = (before[at] as number) & 0xf0;
    image[0x4fff] = ~(before[0x4fff] as number);
    const { err } = await flash('write', 'flash', folder.write('image', image));
    expect(err).toMatch(/: 1004 KiB erased, /);
    before.set(image, 0);
    expect(folder.read('flash.bin').equals(before)).toBe(true);
  });

  it('reaches what is above 16 MiB', async () => {
    const image = noise(70_000, 4);
    const at = 0x1fe_0000 - 100;
    expect((await flash('write', 'big', folder.write('image', image), '--offset', String(at))).status).toBe(
      0,
    );
    expect(
      folder
        .read('big.bin')
        .subarray(at, at + image.length)
        .equals(image),
    ).toBe(true);
    const { out } = await flash('read', 'big', '--offset', String(at), '--length', '70000');
    expect(Buffer.from(out, 'latin1').equals(image)).toBe(true);
  });
});

describe('dtbus flash erase', () => {
  it('erases whole blocks and nothing else', async () => {
    const before = noise(MIB, 5);
    folder.write('flash.bin', before);
    expect((await flash('erase', 'flash', '--offset', '64k', '--length', '68k')).status).toBe(0);
    before.fill(0xff, 0x10000, 0x21000);
    expect(folder.read('flash.bin').equals(before)).toBe(true);
    expect((await flash('erase', 'flash')).status).toBe(0);
    expect(folder.read('flash.bin').every((byte) => byte === 0xff)).toBe(true);
  });

  it('names the blocks around a range that is not whole blocks', async () => {
    const { status, err } = await flash('erase', 'flash', '--offset', '5000', '--length', '10');
    expect(status).toBe(2);
    expect(err).toContain('erase needs whole blocks of 4 KiB; use --offset 0x01000 --length 4096');
  });
});

describe('a write that fails', () => {
  /** 13 KiB from 0x1000 on: three whole blocks and a part of a fourth. */
  const write = (device: string, ...options: string[]) =>
    flash('write', device, folder.write('image', noise(13 << 10, 6)), '--offset', '4k', ...options);

  /** Ctrl-C is pressed so many times while the page at `offset` is programmed. */
  const press = (offset: number, times: number) => {
    const { program } = SpiNor.prototype;
    vi.spyOn(SpiNor.prototype, 'program').mockImplementation(function (this: SpiNor, pages) {
      if (pages.some((page) => page.offset === offset))
        for (let i = 0; i < times; i++) process.emit('SIGINT');
      return program.call(this, pages);
    });
  };
  afterEach(() => vi.restoreAllMocks());

  it('names the first byte that a stuck bit spoils, and what was written before', async () => {
    const image = noise(13 << 10, 6);
    image[0x1345] = 0x10;
    const { status, err } = await flash('write', 'stuck', folder.write('image', image), '--offset', '4k');
    expect(status).toBe(1);
    expect(err).toBe(`dtbus: 0x2345 reads 0x11 instead of 0x10
  written and verified: 0x1000-0x1fff (4 KiB)
  erased, perhaps partly written: 0x2000-0x2fff
  everything else is unchanged
  Fix the cause and run the command again; it resumes where it stopped.
`);
    const verified = await flash('verify', 'stuck', folder.path('image'), '--offset', '4k');
    expect(verified.status).toBe(1);
  });

  it('says what it leaves behind when the chip falls silent', async () => {
    const { status, err } = await write('dying');
    expect(status).toBe(1);
    expect(err).toMatch(
      /written and verified: 0x1000-0x1fff \(4 KiB\)\n {2}erased, perhaps partly written: 0x2000-0x2fff\n/,
    );
  });

  it('ends the block that is under way at the first Ctrl-C, and says where it stopped', async () => {
    press(0x2300, 1);
    const { status, err } = await write('sound');
    expect(status).toBe(1);
    expect(err).toBe(`stopping after this block; press Ctrl-C again to abort
dtbus: interrupted
  written and verified: 0x1000-0x2fff (8 KiB)
  everything else is unchanged
  Run the command again; it resumes where it stopped.
`);
  });

  it('stops within the block at the second', async () => {
    press(0x2300, 2);
    const { status, err } = await write('sound');
    expect(status).toBe(1);
    expect(err).toMatch(
      /interrupted\n {2}written and verified: 0x1000-0x1fff .*\n {2}erased, perhaps partly written: 0x2000-0x2fff\n/,
    );
  });

  it('saves what a block held around the image, and says how to put it back', async () => {
    const image = noise(16, 7);
    image[5] = 0x10;
    const place = process.cwd();
    process.chdir(folder.path(''));
    try {
      const { err } = await flash('write', 'stuck', folder.write('image', image), '--offset', '0x2340');
      expect(err).toContain('Its old contents are saved in flash-0x2000.bin');
      expect(err).toContain('dtbus flash write stuck flash-0x2000.bin --offset 0x2000 restores them');
      expect(folder.read('flash-0x2000.bin').equals(Buffer.alloc(0x1000, 0x55).fill(0x55))).toBe(true);
    } finally {
      process.chdir(place);
    }
  });

  it('programs again what a chip did not hear that was busy in the middle of a run of pages', async () => {
    const { status, err } = await write('slow');
    expect(err).toContain('written and verified 0x1000-0x43ff (13 KiB)');
    expect(status).toBe(0);
  });

  it('does not wait for ever for a chip that stays busy', async () => {
    const { status, err } = await write('busy');
    expect(status).toBe(1);
    expect(err).toMatch(/ETIMEDOUT: programming a page took more than \d+ ms: the chip stays busy/);
  });

  it('names the bits that protect blocks, clears them when told to, and says when it cannot', async () => {
    const refused = await write('protected');
    expect(refused.status).toBe(1);
    expect(refused.err).toContain(
      'blocks of the flash are protected: BP0, BP1 of its status register are set; --unprotect',
    );
    expect((await write('protected', '--unprotect')).status).toBe(0);
    const locked = await write('locked', '--unprotect');
    expect(locked.err).toMatch(
      /protection bits BP0, BP1, BP2 cannot be cleared: the status register is locked \(SRP, WP# pin\)/,
    );
    expect(locked.status).toBe(1);
  });

  it('leaves QE set in an older chip, which clears it behind a status register of one byte', async () => {
    const server = spawn(process.execPath, [
      'bin/dtbus.js',
      'serve',
      board,
      '--socket-dir',
      folder.path('s'),
    ]);
    await once(server.stdout as NodeJS.ReadableStream, 'data');
    const older = (...argv: string[]) => dtbusHere('flash', ...argv, '--connect', folder.path('s'));
    expect((await older('info', 'older', '--live')).out).toContain(
      '1c 4a: BP0, BP1, BP2, CMP protect blocks',
    );
    expect((await older('erase', 'older', '--unprotect')).status).toBe(0);
    expect((await older('info', 'older', '--live')).out).toContain('00 0a: no block is protected');
    server.kill('SIGTERM');
    await once(server, 'close');
  });
});
