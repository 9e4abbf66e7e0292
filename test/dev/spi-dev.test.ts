import { describe, expect, it } from 'vitest';
import { BusFault, SPI_MODE } from '../../src/bus/index.ts';
import { SpiNode, type SpiNodeOptions } from '../../src/dev/index.ts';
import { FakeSpi } from './fake-adapters.ts';

function setUp(capabilities: Partial<FakeSpi['capabilities']> = {}, options: SpiNodeOptions = {}) {
  const adapter = new FakeSpi(0, capabilities);
  const node = new SpiNode(adapter, 1, options);
  return { adapter, node, spi: node.open() };
}

const fault = (code: string) => expect.objectContaining({ code });

describe('a message', () => {
  it('sends and receives at the same time; zeros follow the bytes to send', async () => {
    const { adapter, spi } = setUp();
    const { rx } = await spi.transfer([{ tx: Uint8Array.of(0x9f), rx: 4 }]);
    expect(rx).toEqual(Uint8Array.of(0x60, 0xff, 0xff, 0xff));
    expect(adapter.seen[0]?.transfers[0]?.tx).toEqual(Uint8Array.of(0x9f, 0, 0, 0));
    expect(adapter.seen[0]).toMatchObject({ chipSelect: 1, mode: 0 });
  });

  it('returns what each transfer received, and the last of it', () => {
    const { spi } = setUp();
    const { rx, buffers } = spi.transferSync([
      { rx: 2 },
      { tx: Uint8Array.of(3) },
      { rx: 1 },
      { tx: Uint8Array.of(1) },
    ]);
    expect(buffers).toEqual([
      Uint8Array.of(0xff, 0xff),
      new Uint8Array(0),
      Uint8Array.of(0xff),
      new Uint8Array(0),
    ]);
    expect(rx).toEqual(Uint8Array.of(0xff));
  });

  it('may be one transfer without a list', () => {
    expect(setUp().spi.transferSync({ tx: Uint8Array.of(1), rx: 1 }).rx).toEqual(Uint8Array.of(0xfe));
  });

  it('receives fewer bytes than it sends when asked for fewer', () => {
    expect(setUp().spi.transferSync({ tx: Uint8Array.of(1, 2, 3), rx: 2 }).rx).toEqual(
      Uint8Array.of(0xfe, 0xfd),
    );
  });

  it('fills a buffer of the caller', () => {
    const mine = new Uint8Array(2);
    expect(setUp().spi.transferSync({ tx: Uint8Array.of(1), rx: mine }).rx).toBe(mine);
    expect(mine).toEqual(Uint8Array.of(0xfe, 0xff));
    expect(() => setUp().spi.transferSync({ tx: Uint8Array.of(1, 2, 3), rx: mine })).toThrow(fault('EINVAL'));
  });

  it('may clock without data', () => {
    const { adapter, spi } = setUp();
    const { rx, buffers } = spi.transferSync({ length: 3 });
    expect([rx, buffers]).toEqual([new Uint8Array(0), [new Uint8Array(0)]]);
    expect(adapter.seen[0]?.transfers[0]?.rx).toHaveLength(3);
  });

  it('carries its parameters', () => {
    const { adapter, spi } = setUp();
    spi.timeoutMs = 70;
    spi.transferSync([
      {
        tx: new Uint8Array(4),
        speedHz: 500_000,
        bitsPerWord: 16,
        csChange: true,
        delayUs: 3,
        wordDelayUs: 2,
      },
    ]);
    expect(adapter.seen[0]).toMatchObject({
      timeoutMs: 70,
      transfers: [{ speedHz: 500_000, bitsPerWord: 16, csChange: true, csHoldNs: 3000, wordDelayNs: 2000 }],
    });
  });

  it('has the delays of the device, as far as the controller can', () => {
    const { adapter, spi } = setUp(
      { maxCsSetupNs: 0 },
      { csSetupNs: 9, csHoldNs: 8, csInactiveNs: 7, wordDelayNs: 6 },
    );
    spi.transferSync({ rx: 1 });
    expect(adapter.seen[0]?.transfers).toMatchObject([
      { csSetupNs: 0, csHoldNs: 8, csInactiveNs: 7, wordDelayNs: 6 },
    ]);
  });

  it('has its own delays where they are longer, and none that the controller cannot do', () => {
    const { adapter, spi } = setUp({ maxCsHoldNs: 5000, maxWordDelayNs: 0 }, { csHoldNs: 3000 });
    spi.transferSync([
      { rx: 1, delayUs: 2, wordDelayUs: 1 },
      { rx: 1, delayUs: 4 },
      { rx: 1, delayUs: 6 },
    ]);
    expect(adapter.seen[0]?.transfers).toMatchObject([
      { csHoldNs: 3000, wordDelayNs: 0 },
      { csHoldNs: 4000 },
      { csHoldNs: 5000 },
    ]);
  });

  it('is never faster than the controller', () => {
    const { adapter, spi } = setUp({ maxSpeedHz: 1_000_000 });
    spi.transferSync([{ rx: 1, speedHz: 5_000_000 }, { rx: 1 }]);
    expect(adapter.seen[0]?.transfers.map(({ speedHz }) => speedHz)).toEqual([1_000_000, 1_000_000]);
  });

  it.each([
    ['no transfer', []],
    ['half a word', [{ tx: new Uint8Array(3), bitsPerWord: 16 }]],
    ['half a long word', [{ tx: new Uint8Array(6), bitsPerWord: 17 }]],
    ['words of 33 bits', [{ tx: new Uint8Array(4), bitsPerWord: 33 }]],
    ['minus one byte', [{ rx: -1 }]],
    ['two lines without the mode', [{ rx: 1, rxNbits: 2 }]],
    ['three lines', [{ tx: new Uint8Array(1), txNbits: 3 }]],
    ['a negative clock', [{ rx: 1, speedHz: -1 }]],
  ])('refuses %s with EINVAL', async (_, segments) => {
    const { adapter, spi } = setUp();
    expect(() => spi.transferSync(segments)).toThrow(fault('EINVAL'));
    await expect(spi.transfer(segments)).rejects.toThrow(fault('EINVAL'));
    expect(adapter.seen).toEqual([]);
  });

  it('may use two lines in a mode that has them', () => {
    const { adapter, spi } = setUp({ modes: 0xf | SPI_MODE.RX_DUAL });
    spi.mode = SPI_MODE.RX_DUAL;
    spi.transferSync({ rx: 1, rxNbits: 2 });
    expect(adapter.seen[0]?.transfers[0]?.rxNbits).toBe(2);
  });

  it('with three wires goes in one direction', () => {
    const { spi } = setUp({ modes: 0xf | SPI_MODE.THREE_WIRE });
    spi.mode = SPI_MODE.THREE_WIRE;
    spi.transferSync([{ tx: Uint8Array.of(1) }, { rx: 1 }]);
    expect(() => spi.transferSync({ tx: Uint8Array.of(1), rx: 1 })).toThrow(fault('EINVAL'));
  });

  it('fails with the node in the sentence', async () => {
    const { adapter, spi } = setUp();
    adapter.fault = new BusFault('ETIMEDOUT');
    const expected = {
      code: 'ETIMEDOUT',
      message: 'ETIMEDOUT: /dev/spidev0.1: the transfer did not end in time',
    };
    expect(() => spi.transferSync({ rx: 1 })).toThrow(expect.objectContaining(expected));
    await expect(spi.transfer({ rx: 1 })).rejects.toMatchObject(expected);
  });
});

describe("spidev's bufsiz", () => {
  it('holds where it is asked for, a direction, each transfer rounded up to 64', () => {
    const { node, spi } = setUp();
    spi.transferSync({ rx: 10_000 });
    const limited = node.open({ bufsiz: 4096 });
    limited.transferSync({ tx: new Uint8Array(4096), rx: 4096 });
    limited.transferSync(Array(64).fill({ rx: 1 }));
    expect(() => limited.transferSync({ rx: 4097 })).toThrow(fault('EMSGSIZE'));
    expect(() => limited.transferSync({ tx: new Uint8Array(4097) })).toThrow(fault('EMSGSIZE'));
    expect(() => limited.transferSync(Array(65).fill({ rx: 1 }))).toThrow(fault('EMSGSIZE'));
  });
});

describe('read and write', () => {
  it('move bytes in one direction', async () => {
    const { adapter, spi } = setUp();
    expect(spi.readSync(2)).toEqual(Uint8Array.of(0xff, 0xff));
    expect(await spi.read(1)).toEqual(Uint8Array.of(0xff));
    expect(spi.writeSync(Uint8Array.of(1, 2))).toBe(2);
    expect(await spi.write(Uint8Array.of(1))).toBe(1);
    expect(adapter.seen.map(({ transfers: [one] }) => [one?.tx?.length, one?.rx?.length])).toEqual([
      [undefined, 2],
      [undefined, 1],
      [2, undefined],
      [1, undefined],
    ]);
  });
});

describe('mode, word and clock', () => {
  it('belong to the device', () => {
    const { adapter, node, spi } = setUp();
    spi.mode = 3;
    spi.bitsPerWord = 16;
    spi.lsbFirst = true;
    spi.maxSpeedHz = 100_000;
    const other = node.open();
    expect([other.mode, other.bitsPerWord, other.lsbFirst, other.maxSpeedHz]).toEqual([
      0x0b,
      16,
      true,
      100_000,
    ]);
    other.transferSync({ rx: 2 });
    expect(adapter.seen[0]).toMatchObject({ mode: 0x0b, transfers: [{ bitsPerWord: 16, speedHz: 100_000 }] });
    spi.lsbFirst = false;
    expect(spi.mode).toBe(3);
  });

  it('begin as the device tree says', () => {
    const { spi } = setUp({}, { mode: 1, bitsPerWord: 12, maxSpeedHz: 1000 });
    expect([spi.mode, spi.bitsPerWord, spi.maxSpeedHz]).toEqual([1, 12, 1000]);
    expect(setUp({}, { maxSpeedHz: 99_000_000 }).spi.maxSpeedHz).toBe(10_000_000);
  });

  it('keep mode and word, but not the clock, when all have closed', () => {
    const { node, spi } = setUp();
    const other = node.open();
    spi.mode = 1;
    spi.maxSpeedHz = 1000;
    spi.close();
    spi.close();
    expect(other.maxSpeedHz).toBe(1000);
    other.close();
    const again = node.open();
    expect([again.mode, again.maxSpeedHz]).toEqual([1, 10_000_000]);
  });

  it.each([
    ['a bit that is none', 0x4000_0000, 0xf],
    ['three wires on a controller without', SPI_MODE.THREE_WIRE, 0xf],
    ['dual and quad at once', SPI_MODE.TX_DUAL | SPI_MODE.TX_QUAD, 0xfff],
    ['three wires and two lines', SPI_MODE.THREE_WIRE | SPI_MODE.RX_DUAL, 0xfff],
  ])('refuse %s and stay', (_, mode, modes) => {
    const { spi } = setUp({ modes });
    spi.mode = 2;
    expect(() => {
      spi.mode = mode;
    }).toThrow(fault('EINVAL'));
    expect(spi.mode).toBe(2);
  });

  it('fall back to one line where the controller has no more', () => {
    const { spi } = setUp();
    spi.mode = 1 | SPI_MODE.TX_QUAD;
    expect(spi.mode).toBe(1);
  });

  it('take only words that the controller has; 0 is 8', () => {
    const { spi } = setUp({ bitsPerWordMask: (1 << 7) | (1 << 15) | (1 << 31) });
    spi.bitsPerWord = 32;
    spi.bitsPerWord = 16;
    expect(() => {
      spi.bitsPerWord = 9;
    }).toThrow(fault('EINVAL'));
    expect(() => {
      spi.bitsPerWord = 33;
    }).toThrow(fault('EINVAL'));
    expect(spi.bitsPerWord).toBe(16);
    spi.bitsPerWord = 0;
    expect(spi.bitsPerWord).toBe(8);
  });

  it('refuse a clock of 0', () => {
    const { spi } = setUp();
    expect(() => {
      spi.maxSpeedHz = 0;
    }).toThrow(fault('EINVAL'));
    expect(() => {
      spi.maxSpeedHz = 2 ** 32;
    }).toThrow(fault('EINVAL'));
  });
});

describe('an open device', () => {
  it('tells about itself', () => {
    const { spi } = setUp();
    expect([spi.path, spi.number, spi.chipSelect, spi.name]).toEqual(['/dev/spidev0.1', 0, 1, 'fake spi']);
    expect(spi.capabilities.chipSelects).toBe(2);
  });

  it('fails with ESHUTDOWN once closed', async () => {
    const { spi } = setUp();
    spi[Symbol.dispose]();
    expect(() => spi.transferSync({ rx: 1 })).toThrow(fault('ESHUTDOWN'));
    await expect(spi.transfer({ rx: 1 })).rejects.toThrow(fault('ESHUTDOWN'));
  });
});
