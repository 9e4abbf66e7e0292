import { describe, expect, it } from 'vitest';
import { SimulatedSpiController } from '../../../hosts/simulated/index.ts';
import { SPI_MODE, type SpiTransfer } from '../../../src/bus/index.ts';
import { type SpiPart, SpiWire, SteppedClock } from '../../../src/sim/index.ts';
import { faultOf, spiBench } from '../../sim/support.ts';
import { spiTransfer } from '../../support/spi.ts';

/** Two chips that log what they see and echo it. */
function bench() {
  const log: string[] = [];
  const chip = (name: string): SpiPart => ({
    state: {},
    reset() {},
    select: (mode) => log.push(`${name}+${mode}`),
    deselect: () => log.push(`${name}-`),
    transfer(tx, rx, length, lines) {
      const hex = tx && Buffer.from(tx.subarray(0, length)).toString('hex');
      log.push(`${hex ?? `${length} zeros`}${lines > 1 ? ` on ${lines}` : ''}`);
      if (tx) rx?.set(tx.subarray(0, length));
      else rx?.fill(0, 0, length);
    },
  });
  const wire = new SpiWire({
    clock: new SteppedClock(undefined, false),
    warn: (sentence) => log.push(sentence),
  });
  wire.attach(0, chip('a'), '/a');
  wire.attach(1, chip('b'), '/b');
  return { log, spi: new SimulatedSpiController(wire, 2) };
}

const tx = (...bytes: number[]) => Uint8Array.from(bytes);

describe('a message', () => {
  it('selects, runs its transfers and deselects', () => {
    const { log, spi } = bench();
    const rx = new Uint8Array(2);
    spi.transfer(0, 3, [spiTransfer({ tx: tx(1), rxNbits: 4 }), spiTransfer({ rx, rxNbits: 4 })]);
    expect(log).toEqual(['a+3', '01', '2 zeros on 4', 'a-']);
  });

  it('csChange between transfers deselects and selects again', () => {
    const { log, spi } = bench();
    spi.transfer(0, 0, [spiTransfer({ tx: tx(1), csChange: true }), spiTransfer({ tx: tx(2) })]);
    expect(log).toEqual(['a+0', '01', 'a-', 'a+0', '02', 'a-']);
  });

  it('csChange on the last keeps the chip selected for the next message', () => {
    const { log, spi } = bench();
    spi.transfer(0, 0, [spiTransfer({ tx: tx(1), csChange: true })]);
    spi.transfer(0, 0, [spiTransfer({ tx: tx(2) })]);
    expect(log).toEqual(['a+0', '01', '02', 'a-']);
  });

  it('another chip, another mode, or deselect() ends that', () => {
    const { log, spi } = bench();
    const held = [spiTransfer({ tx: tx(1), csChange: true })];
    spi.transfer(0, 0, held);
    spi.transfer(1, 0, held);
    spi.transfer(1, 1, held);
    spi.deselect();
    expect(log).toEqual(['a+0', '01', 'a-', 'b+0', '01', 'b-', 'b+1', '01', 'b-']);
  });
});

describe('words', () => {
  it.each<[string, number, number, number[], string]>([
    [
      '16 bits, little-endian in memory, high byte first on the wire',
      16,
      0,
      [0x34, 0x12, 0x78, 0x56],
      '12345678',
    ],
    ['32 bits', 32, 0, [0x78, 0x56, 0x34, 0x12], '12345678'],
    ['24 bits in four bytes', 24, 0, [0x56, 0x34, 0x12, 0xee], '123456'],
    ['4 bits, packed', 4, 0, [0x01, 0x02, 0x03, 0x04], '1234'],
    ['9 bits, the last byte filled up', 9, 0, [0xff, 0x01, 0x00, 0x00], 'ff8000'],
    ['8 bits, least significant first', 8, SPI_MODE.LSB_FIRST, [0x01, 0x80, 0x0f], '8001f0'],
    ['16 bits, least significant first', 16, SPI_MODE.LSB_FIRST, [0x01, 0x80], '8001'],
  ])('of %s', (_what, bitsPerWord, mode, memory, onWire) => {
    const { log, spi } = bench();
    const rx = new Uint8Array(memory.length);
    spi.transfer(0, mode, [spiTransfer({ tx: Uint8Array.from(memory), rx, bitsPerWord })]);
    expect(log[1]).toBe(onWire);
    const mask = bitsPerWord === 24 ? [0x56, 0x34, 0x12, 0x00] : memory;
    expect([...rx]).toEqual(mask);
  });

  it('echo unchanged through every width and many runs', () => {
    const { spi } = bench();
    for (let bits = 1; bits <= 32; bits++) {
      const step = bits <= 8 ? 1 : bits <= 16 ? 2 : 4;
      const words = Array.from({ length: 2500 }, (_, i) => ((i * 2654435761) >>> 0) % 2 ** bits);
      const memory = new Uint8Array(words.length * step);
      for (const [i, word] of words.entries()) {
        for (let byte = 0; byte < step; byte++)
          memory[i * step + byte] = Math.floor(word / 256 ** byte) & 0xff;
      }
      const rx = new Uint8Array(memory.length);
      spi.transfer(0, 0, [spiTransfer({ tx: memory, rx, bitsPerWord: bits })]);
      expect(Buffer.compare(rx, memory), `${bits} bits`).toBe(0);
    }
  });
});

describe('LOOP', () => {
  it('gives back what is sent, or zeros, without the chip', () => {
    const { log, spi } = bench();
    const rx = new Uint8Array(2);
    spi.transfer(0, SPI_MODE.LOOP, [spiTransfer({ tx: tx(5, 6), rx })]);
    expect([...rx]).toEqual([5, 6]);
    spi.transfer(0, SPI_MODE.LOOP, [spiTransfer({ rx })]);
    expect([...rx]).toEqual([0, 0]);
    expect(log).toEqual(['a+32', 'a-', 'a+32', 'a-']);
  });
});

describe('requests that make no sense are EINVAL', () => {
  it.each<[string, number, number, Partial<SpiTransfer>]>([
    ['chip select', 2, 0, {}],
    ['mode bits', 0, 0x8000, {}],
    ['unequal lengths', 0, 0, { tx: tx(1), rx: new Uint8Array(2) }],
    ['33 bits', 0, 0, { bitsPerWord: 33 }],
    ['half a word', 0, 0, { tx: tx(1, 2, 3), bitsPerWord: 16 }],
    ['3 lines', 0, 0, { txNbits: 3 }],
    ['a delay of two seconds', 0, 0, { csHoldNs: 2e9 }],
  ])('%s', (_what, chipSelect, mode, fields) => {
    const { log, spi } = bench();
    expect(faultOf(() => spi.transfer(chipSelect, mode, [spiTransfer(fields)]))).toBe('EINVAL');
    expect(log).toEqual([]);
  });

  it('and leave no chip selected', () => {
    const { log, spi } = bench();
    spi.transfer(0, 0, [spiTransfer({ tx: tx(1), csChange: true })]);
    expect(faultOf(() => spi.transfer(0, 0, [spiTransfer({ bitsPerWord: 40 })]))).toBe('EINVAL');
    expect(log).toEqual(['a+0', '01', 'a-']);
  });
});

describe('the bus node', () => {
  it('has as many chip selects as its children use, or num-cs', async () => {
    const { spi } = await spiBench({ compatible: 'dtbus,loopback', reg: 2 });
    expect(spi.capabilities.chipSelects).toBe(3);
  });

  it('a child with spi-cs-high answers in that mode alone', async () => {
    const bench = await spiBench({ compatible: 'dtbus,loopback', properties: { 'spi-cs-high': true } });
    expect(bench.duplex([1], SPI_MODE.CS_HIGH)).toEqual([1]);
    expect(bench.duplex([1], 0)).toEqual([0xff]);
  });

  it('dtbus,loopback echoes, and gives zeros for nothing', async () => {
    const bench = await spiBench({ compatible: 'linux,spi-loopback-test' });
    expect(bench.duplex([1, 2, 3])).toEqual([1, 2, 3]);
    expect(bench.exchange([1], 2)).toEqual([0, 0]);
  });
});
