import { describe, expect, it } from 'vitest';
import { SPI_MODE, type SpiTransfer } from '../../../src/bus/index.ts';
import { spiTransfer } from '../../support/spi.ts';
import { FLASH_ID, MEMORY, type RecordingWire } from '../recording-wire.ts';
import { faultOf, itIf, type Suite, spiOf } from './controller-bench.ts';

/** What every SPI controller has to do. */
export function describeSpi(suite: Suite): void {
  const { i2c, watched, onlySimulated } = suite;
  const { hasI2c, spiModes, spiSpeedHz, long, i2c: can, selectsByFrame } = suite.traits;
  const spi = (mode: number, ...transfers: Partial<SpiTransfer>[]) =>
    spiOf(suite.bench).transfer(
      0,
      mode,
      transfers.map((fields) => spiTransfer({ txNbits: 0, rxNbits: 0, speedHz: spiSpeedHz, ...fields })),
    );
  const bytes = (...values: number[]) => Uint8Array.from(values);

  it('sends and receives at the same time', async () => {
    const rx = new Uint8Array(4);
    await spi(0, { tx: bytes(0x9f, 0, 0, 0), rx });
    if (suite.bench.wire !== undefined) expect([...rx.subarray(1)]).toEqual(FLASH_ID);
    else expect(rx[1]).not.toBe(0xff);
    watched(['[0', '9f', '00', '00', '00', ']']);
  });

  it('sends, then receives, while the chip stays selected', async () => {
    const rx = new Uint8Array(3);
    const whole = new Uint8Array(7);
    await spi(0, { tx: bytes(3, 0, 0x12, 0x34) }, { rx });
    await spi(0, { tx: bytes(3, 0, 0x12, 0x34, 0, 0, 0), rx: whole });
    expect([...rx]).toEqual([...whole.subarray(4)]);
    const edges = suite.bench.wire?.log.filter((event) => /[[\]]/.test(event));
    if (edges !== undefined) expect(edges).toEqual(['[0', ']', '[0', ']']);
  });

  it.each(spiModes)('works in mode %i', async (mode) => {
    // W25Q data sheet: modes 0 and 3.
    if (suite.bench.wire === undefined && (mode === 1 || mode === 2)) return;
    const rx = new Uint8Array(3);
    await spi(mode, { tx: bytes(0x9f) }, { rx });
    if (suite.bench.wire !== undefined) expect([...rx]).toEqual(FLASH_ID);
    expect(suite.bench.wire?.log[0]).toBe(suite.bench.wire && `[${mode}`);
  });

  describe('cs_change', () => {
    it(
      'between transfers deselects and selects again',
      onlySimulated(async () => {
        await spi(0, { tx: bytes(1), csChange: true }, { tx: bytes(2) }, { tx: bytes(3) });
        watched(['[0', '01', ']', '[0', '02', '03', ']']);
      }),
    );

    it('on the last transfer leaves the chip selected for the next message', async () => {
      const rx = new Uint8Array(3);
      await spi(0, { tx: bytes(0x9f), csChange: true });
      watched(selectsByFrame ? [] : ['[0', '9f']);
      await spi(0, { rx });
      if (suite.bench.wire !== undefined) expect([...rx]).toEqual(FLASH_ID);
      else expect(rx[0]).not.toBe(0xff);
      expect(suite.bench.wire?.log.at(-1)).toBe(suite.bench.wire && ']');
      expect(suite.bench.wire?.log.filter((event) => event === '[0')).toEqual(suite.bench.wire && ['[0']);
    });

    itIf(selectsByFrame)('behind what was received is EOPNOTSUPP, before the wire', async () => {
      expect(await faultOf(() => spi(0, { tx: bytes(1), rx: new Uint8Array(1), csChange: true }))).toBe(
        'EOPNOTSUPP',
      );
      watched([]);
    });

    it(
      'ends with deselect()',
      onlySimulated(async () => {
        await spi(0, { tx: bytes(1), csChange: true });
        await spiOf(suite.bench).deselect();
        watched(['[0', '01', ']']);
        await spiOf(suite.bench).deselect();
        watched(['[0', '01', ']']);
      }),
    );

    it(
      'does not survive a fault',
      onlySimulated(async () => {
        await spi(0, { tx: bytes(1), csChange: true });
        expect(await faultOf(() => spi(0, { tx: bytes(1), rx: new Uint8Array(2) }))).toBe('EINVAL');
        watched(['[0', '01', ']']);
      }),
    );

    itIf(spiModes.includes(3))(
      'does not survive a change of mode',
      onlySimulated(async () => {
        await spi(0, { tx: bytes(1), csChange: true });
        await spi(3, { tx: bytes(2) });
        watched(['[0', '01', ']', '[3', '02', ']']);
      }),
    );
  });

  it('refuses what it says that it cannot do before anything is sent', async () => {
    const {
      bitsPerWordMask: words,
      modes,
      chipSelects,
      maxWordDelayNs,
      maxCsSetupNs,
    } = spiOf(suite.bench).capabilities;
    for (const bit of [SPI_MODE.CPHA, SPI_MODE.CPOL, SPI_MODE.THREE_WIRE, SPI_MODE.LOOP, SPI_MODE.TX_OCTAL])
      if ((modes & bit) === 0)
        expect([bit, await faultOf(() => spi(bit, { tx: bytes(1) }))]).toEqual([bit, 'EOPNOTSUPP']);
    for (const bits of [7, 12])
      if (words !== 0 && (words & (1 << (bits - 1))) === 0)
        expect([bits, await faultOf(() => spi(0, { tx: bytes(1, 2), bitsPerWord: bits }))]).toEqual([
          bits,
          'EOPNOTSUPP',
        ]);
    if (maxWordDelayNs === 0)
      expect(await faultOf(() => spi(0, { tx: bytes(1), wordDelayNs: 1000 }))).toBe('EOPNOTSUPP');
    if (maxCsSetupNs === 0)
      expect(await faultOf(() => spi(0, { tx: bytes(1), csSetupNs: 1000 }))).toBe('EOPNOTSUPP');
    const none = () => spiOf(suite.bench).transfer(chipSelects, 0, [spiTransfer({ tx: bytes(1) })]);
    expect(await faultOf(none)).toBe('EINVAL');
    watched([]);
  });

  describe('words (struct spi_transfer: in memory little-endian)', () => {
    it(
      'of 16 bits go out with their high byte first',
      onlySimulated(async () => {
        const words = Uint16Array.of(0x1234, 0xabcd);
        const rx = new Uint16Array(2);
        const view = (array: Uint16Array) => new Uint8Array(array.buffer);
        await spi(0, { tx: view(words), rx: view(rx), bitsPerWord: 16 });
        watched(['[0', '12', '34', 'ab', 'cd', ']']);
        expect([...rx]).toEqual([0xedcb, 0x5432]);
      }),
    );

    it(
      'of 32 bits likewise',
      onlySimulated(async () => {
        const words = Uint32Array.of(0x0102_0304);
        await spi(0, { tx: new Uint8Array(words.buffer), bitsPerWord: 32 });
        watched(['[0', '01', '02', '03', '04', ']']);
      }),
    );

    it(
      'go out the other way round with LSB_FIRST',
      onlySimulated(async () => {
        const rx = new Uint8Array(2);
        await spi(SPI_MODE.LSB_FIRST, { tx: bytes(0x01, 0x3c), rx });
        watched(['[0', '80', '3c', ']']);
        expect([...rx]).toEqual([0xfe, 0xc3]);
      }),
    );

    it('that are not whole are EINVAL', async () => {
      expect(await faultOf(() => spi(0, { tx: bytes(1, 2, 3), bitsPerWord: 16 }))).toBe('EINVAL');
    });
  });

  describe('long transfers', () => {
    const many = Math.min(10_000, long);

    it(`read ${many} bytes`, async () => {
      const rx = new Uint8Array(many);
      await spi(0, { tx: bytes(3, 0, 0, 0) }, { rx });
      const tail = new Uint8Array(Math.min(100, many));
      const from = many - tail.length;
      await spi(0, { tx: bytes(3, 0, from >> 8, from & 0xff) }, { rx: tail });
      expect([...rx.subarray(from)]).toEqual([...tail]);
      if (suite.bench.wire !== undefined)
        expect([...rx]).toEqual([...suite.bench.wire.flash.subarray(0, many)]);
    });

    it(
      `write ${many} bytes`,
      onlySimulated(async () => {
        const tx = Uint8Array.from({ length: many }, (_, i) => (i % 251) | 4);
        await spi(0, { tx });
        const sent = (suite.bench.wire as RecordingWire).log
          .slice(1, -1)
          .map((byte) => Number.parseInt(byte, 16));
        expect(sent).toEqual([...tx]);
      }),
    );

    const some = Math.min(1000, long);
    it(
      `exchange ${some} bytes`,
      onlySimulated(async () => {
        const tx = Uint8Array.from({ length: some }, (_, i) => (i % 251) | 4);
        const rx = new Uint8Array(some);
        await spi(0, { tx, rx });
        expect([...rx]).toEqual([...tx].map((byte) => ~byte & 0xff));
      }),
    );
  });

  itIf(selectsByFrame)(
    'is EMSGSIZE, before the wire, for more than goes while the chip is selected',
    async () => {
      const { maxReadLength: most = 0 } = spiOf(suite.bench).capabilities;
      expect(await faultOf(() => spi(0, { tx: bytes(3, 0, 0, 0) }, { rx: new Uint8Array(most - 3) }))).toBe(
        'EMSGSIZE',
      );
      watched([]);
    },
  );

  it('has no more chip selects than it says', async () => {
    const { chipSelects } = spiOf(suite.bench).capabilities;
    const beyond = () => spiOf(suite.bench).transfer(chipSelects, 0, [spiTransfer({ tx: bytes(0) })]);
    expect(await faultOf(beyond)).toBe('EINVAL');
  });

  itIf(hasI2c)('serves both buses in turn', async () => {
    const rx = new Uint8Array(3);
    for (let i = 0; i < 3; i++) {
      await i2c([MEMORY, 0, can.zeroLength === 'none' ? [0] : []]);
      await spi(0, { tx: bytes(0x9f) }, { rx });
      if (suite.bench.wire !== undefined) expect([...rx]).toEqual(FLASH_ID);
    }
  });
}
