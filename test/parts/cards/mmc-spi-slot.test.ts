import { describe, expect, it } from 'vitest';
import { SPI_MODE } from '../../../src/bus/index.ts';
import { crc7, crc16 } from '../../../src/parts/cards/sd-registers.ts';
import { spiBench } from '../../sim/support.ts';
import { spiTransfer } from '../../support/spi.ts';

/** SD Physical Layer Simplified Specification 3.01: examples of 4.5, responses and tokens of 7.3. */

const FILL = 0xff;
const COMMANDS = { GO_IDLE: [0x40, 0, 0, 0, 0, 0x95], IF_COND: [0x48, 0, 0, 0x01, 0xaa, 0x87] } as const;

function command(index: number, argument = 0, crc?: number): number[] {
  const bytes = [
    0x40 | index,
    (argument >>> 24) & 0xff,
    (argument >>> 16) & 0xff,
    (argument >>> 8) & 0xff,
    argument & 0xff,
  ];
  return [...bytes, crc ?? crc7(bytes)];
}

async function slot(properties: Record<string, number | boolean> = {}) {
  const bench = await spiBench({
    compatible: 'mmc-spi-slot',
    properties: { 'dtbus,card-size': 524_288, ...properties },
  });
  const pass = (bytes: readonly number[]) => bench.duplex(bytes);
  const idle = (count: number) => pass(new Array<number>(count).fill(FILL));
  /** A command, and its answer: `more` bytes behind R1. */
  const ask = (bytes: readonly number[], more = 0): number[] => {
    pass(bytes);
    expect(idle(1)).toEqual([FILL]);
    return idle(1 + more);
  };
  /** The data of a block that was asked for. */
  const block = (length: number): { data: number[]; crc: number } => {
    bench.clock.advance(1e6);
    const before = idle(2);
    const at = before.indexOf(0xfe);
    expect(at).toBeGreaterThanOrEqual(0);
    const rest = [...before.slice(at + 1), ...idle(length + 2 - (before.length - at - 1))];
    return { data: rest.slice(0, length), crc: ((rest[length] ?? 0) << 8) | (rest[length + 1] ?? 0) };
  };
  const start = (argument = 0x4000_0000): void => {
    ask(COMMANDS.GO_IDLE);
    ask(COMMANDS.IF_COND, 4);
    for (let tries = 0; tries < 2; tries++) {
      ask(command(55));
      ask(command(41, argument));
      bench.clock.advance(2e6);
    }
  };
  const write = (bytes: readonly number[], token = 0xfe, crc = crc16(bytes)) =>
    pass([token, ...bytes, crc >> 8, crc & 0xff, FILL]).at(-1);
  return { ...bench, pass, idle, ask, block, start, write };
}

const BLOCK = Array.from({ length: 512 }, (_, index) => (index * 7) & 0xff);

describe('4.5: checksums', () => {
  it('CRC7 of CMD0, CMD17 and CMD8; CRC16 of 512 bytes of FFh', () => {
    expect(crc7([0x40, 0, 0, 0, 0])).toBe(0x95);
    expect(crc7([0x51, 0, 0, 0, 0])).toBe(0x55);
    expect(crc7([0x48, 0, 0, 0x01, 0xaa])).toBe(0x87);
    expect(crc16(new Uint8Array(512).fill(0xff))).toBe(0x7fa1);
  });
});

describe('7.2: selection and initialization', () => {
  it('hears nothing before CMD0, whose CRC must be right; CMD8 tells the voltage and the pattern', async () => {
    const { pass, idle, ask } = await slot();
    pass(command(13));
    pass(command(0, 0, 0x93));
    expect(idle(4)).toEqual([FILL, FILL, FILL, FILL]);
    expect(ask(COMMANDS.GO_IDLE)).toEqual([0x01]);
    expect(ask(COMMANDS.IF_COND, 4)).toEqual([0x01, 0, 0, 0x01, 0xaa]);
    expect(ask(command(8, 0x2aa), 4)).toEqual([0x01, 0, 0, 0, 0xaa]);
    // "The CMD8 CRC verification is always enabled."
    expect(ask(command(8, 0x1aa, 0x89))).toEqual([0x09]);
  });

  it('is clocked before that with its chip select inactive, which is no mistake', async () => {
    const { spi, pass, idle, warnings } = await slot();
    const rx = new Uint8Array(6);
    const transfer = spiTransfer({ tx: Uint8Array.from(COMMANDS.GO_IDLE), rx });
    spi.transfer(0, SPI_MODE.CS_HIGH, [transfer]);
    expect([[...rx], idle(2)]).toEqual([new Array(6).fill(FILL), [FILL, FILL]]);
    pass(COMMANDS.GO_IDLE);
    expect([idle(2), warnings]).toEqual([[FILL, 0x01], []]);
  });

  it('starts for a host that knows of high capacity, in its time; OCR has its capacity then', async () => {
    const { ask, clock } = await slot();
    ask(COMMANDS.GO_IDLE);
    ask(COMMANDS.IF_COND, 4);
    expect(ask(command(17))).toEqual([0x05]);
    expect(ask(command(58), 4)).toEqual([0x01, 0x00, 0xff, 0x80, 0x00]);
    ask(command(55));
    ask(command(41));
    clock.advance(1e9);
    ask(command(55));
    expect(ask(command(41))).toEqual([0x01]);
    ask(command(55));
    expect(ask(command(41, 0x4000_0000))).toEqual([0x01]);
    ask(command(55));
    expect(ask(command(41, 0x4000_0000))).toEqual([0x01]);
    clock.advance(1e6);
    ask(command(55));
    expect(ask(command(41, 0x4000_0000))).toEqual([0x00]);
    expect(ask(command(58), 4)).toEqual([0x00, 0xc0, 0xff, 0x80, 0x00]);
  });

  it('a card of standard capacity starts for every host', async () => {
    const { ask, start } = await slot({ 'dtbus,standard-capacity': true });
    start(0);
    expect(ask(command(58), 4)).toEqual([0x00, 0x80, 0xff, 0x80, 0x00]);
  });

  it('CMD59: checks what it is sent, and says what is wrong', async () => {
    const { ask, start, write, idle } = await slot();
    start();
    expect(ask(command(13, 0, 0x01), 1)).toEqual([0x00, 0x00]);
    expect(ask(command(59, 1))).toEqual([0x00]);
    expect(ask(command(13, 0, 0x01))).toEqual([0x08]);
    expect(ask(command(24, 1))).toEqual([0x00]);
    expect((write(BLOCK, 0xfe, 0x1234) ?? 0) & 0x1f).toBe(0x0b);
    expect(idle(1)).toEqual([FILL]);
    expect(ask(command(24, 1))).toEqual([0x00]);
    expect((write(BLOCK) ?? 0) & 0x1f).toBe(0x05);
  });
});

describe('5: registers', () => {
  it('CSD 2.0: capacity in steps of 512 KiB, 25 MHz, blocks of 512 bytes', async () => {
    const { ask, block, start } = await slot({ 'dtbus,card-size': 16_777_216 });
    start();
    expect(ask(command(9))).toEqual([0x00]);
    const { data, crc } = block(16);
    expect(data.slice(0, 15)).toEqual([
      0x40, 0x0e, 0, 0x32, 0x5b, 0x59, 0, 0, 0, 31, 0x7f, 0x80, 0x0a, 0x40, 0,
    ]);
    expect([data[15], crc]).toEqual([crc7(data.slice(0, 15)), crc16(data)]);
  });

  it('CSD 1.0: (C_SIZE + 1) 2^(C_SIZE_MULT + 2) blocks of 2^READ_BL_LEN', async () => {
    const { ask, block, start } = await slot({
      'dtbus,standard-capacity': true,
      'dtbus,card-size': 67_108_864,
    });
    start(0);
    ask(command(9));
    const { data } = block(16);
    const bits = data.reduce((all, byte) => (all << 8n) | BigInt(byte), 0n);
    const field = (high: number, low: number) =>
      Number((bits >> BigInt(low)) & ((1n << BigInt(high - low + 1)) - 1n));
    expect([field(127, 126), field(83, 80), field(49, 47), field(25, 22)]).toEqual([0, 9, 7, 9]);
    expect((field(73, 62) + 1) * 2 ** (field(49, 47) + 2) * 2 ** field(83, 80)).toBe(67_108_864);
  });

  it('CID, SCR and SD status are blocks with a CRC', async () => {
    const { ask, block, start } = await slot();
    start();
    ask(command(10));
    expect(String.fromCharCode(...block(16).data.slice(3, 8))).toBe('DTBUS');
    ask(command(55));
    ask(command(51));
    expect(block(8).data).toEqual([0x02, 0x35, 0, 0, 0, 0, 0, 0]);
    ask(command(55));
    expect(ask(command(13), 1)).toEqual([0x00, 0x00]);
    const { data, crc } = block(64);
    expect([data.length, crc]).toEqual([64, 0]);
    ask(command(6, 0x00ff_fff1));
    expect(block(64).data.slice(0, 17)).toEqual([
      0, 0, 0x80, 1, 0x80, 1, 0x80, 1, 0x80, 1, 0x80, 1, 0x80, 1, 0, 0, 0x0f,
    ]);
  });
});

describe('7.3: data', () => {
  it('CMD24 and CMD17: a block is written, the card is busy, and it is read', async () => {
    const { ask, block, start, write, idle, clock, get, pass } = await slot();
    start();
    ask(command(24, 3));
    expect((write(BLOCK) ?? 0) & 0x1f).toBe(0x05);
    expect(idle(2)).toEqual([0, 0]);
    // Only its status is told meanwhile.
    pass(command(17, 3));
    expect(idle(3)).toEqual([0, 0, 0]);
    expect(ask(command(13), 1)).toEqual([0x00, 0x00]);
    clock.advance(250e3);
    expect(idle(1)).toEqual([FILL]);
    expect([...(get('contents') as Uint8Array).subarray(1536, 2048)]).toEqual(BLOCK);
    ask(command(17, 3));
    expect(idle(2)).toEqual([FILL, FILL]);
    const { data, crc } = block(512);
    expect([data, crc]).toEqual([BLOCK, crc16(BLOCK)]);
  });

  it('CMD25 to its stop token, ACMD22; CMD18 to CMD12', async () => {
    const { ask, block, start, write, idle, clock, pass } = await slot();
    start();
    ask(command(25, 0));
    for (const first of [1, 2, 3]) {
      expect((write([first, ...BLOCK.slice(1)], 0xfc) ?? 0) & 0x1f).toBe(0x05);
      clock.advance(250e3);
    }
    pass([0xfd]);
    expect(idle(2)).toEqual([FILL, 0]);
    clock.advance(250e3);
    ask(command(55));
    ask(command(22));
    expect(block(4).data).toEqual([0, 0, 0, 3]);
    ask(command(18, 1));
    expect([block(512).data[0], block(512).data[0]]).toEqual([2, 3]);
    pass(command(12));
    expect(idle(3)).toEqual([FILL, FILL, 0x00]);
    clock.advance(1e6);
    expect(idle(4)).toEqual([FILL, FILL, FILL, FILL]);
  });

  it('beyond its end: an error in R1, and of several blocks an error token', async () => {
    const { ask, block, start, clock, idle } = await slot();
    start();
    expect([ask(command(17, 1024)), ask(command(24, 1024))]).toEqual([[0x40], [0x40]]);
    ask(command(18, 1023));
    block(512);
    clock.advance(1e6);
    expect(idle(2)).toEqual([FILL, 0x08]);
    expect(ask(command(13), 1)).toEqual([0x00, 0x80]);
    expect(ask(command(13), 1)).toEqual([0x00, 0x00]);
  });

  it('standard capacity: addresses are bytes, and a block may be shorter', async () => {
    const { ask, block, start, write, clock } = await slot({ 'dtbus,standard-capacity': true });
    start(0);
    expect(ask(command(24, 100))).toEqual([0x20]);
    ask(command(24, 1024));
    write(BLOCK);
    clock.advance(250e3);
    expect([ask(command(16, 513)), ask(command(16, 16))]).toEqual([[0x40], [0x00]]);
    ask(command(17, 1040));
    expect(block(16).data).toEqual(BLOCK.slice(16, 32));
    expect(ask(command(17, 1032 + 496))).toEqual([0x20]);
    expect(ask(command(24, 1024))).toEqual([0x40]);
  });

  it('CMD32, CMD33 and CMD38 erase to 0; out of their order they are refused', async () => {
    const { ask, start, idle, clock, get, set } = await slot();
    start();
    set('contents', new Uint8Array(4 * 512).fill(0xa5));
    expect([ask(command(38)), ask(command(33, 1))]).toEqual([[0x10], [0x10]]);
    ask(command(32, 1));
    ask(command(33, 2));
    expect(ask(command(38))).toEqual([0x00]);
    expect(idle(1)).toEqual([0]);
    clock.advance(2e6);
    const contents = get('contents') as Uint8Array;
    expect([0, 511, 512, 1535, 1536].map((at) => contents[at])).toEqual([0xa5, 0xa5, 0, 0, 0xa5]);
  });

  it('protected: writes are refused by a token, and the status says why; the slider only drives its line', async () => {
    const { ask, block, start, write, set, get, line } = await slot();
    start();
    set('writeProtect', true);
    expect([line('WP').high, line('CD').high]).toEqual([true, true]);
    ask(command(24, 0));
    expect((write(BLOCK) ?? 0) & 0x1f).toBe(0x05);
    set('locked', true);
    set('timeScale', 0);
    ask(COMMANDS.GO_IDLE);
    start();
    ask(command(24, 1));
    expect((write(BLOCK) ?? 0) & 0x1f).toBe(0x0d);
    expect(ask(command(13), 1)).toEqual([0x00, 0x20]);
    expect((get('contents') as Uint8Array)[513]).toBe(0);
    ask(command(9));
    expect(block(16).data[14]).toBe(0x10);
  });

  it('a card that is taken out is silent, its line says so; put in again it begins anew with what it had', async () => {
    const { ask, start, write, clock, idle, set, line, block, pass } = await slot();
    start();
    ask(command(24, 5));
    write(BLOCK);
    clock.advance(250e3);
    set('powered', false);
    expect([line('CD').high, idle(2)]).toEqual([false, [FILL, FILL]]);
    set('powered', true);
    expect(line('CD').high).toBe(true);
    pass(command(13));
    expect(idle(2)).toEqual([FILL, FILL]);
    start();
    ask(command(17, 5));
    expect(block(512).data).toEqual(BLOCK);
  });
});
