import { describe, expect, it } from 'vitest';
import { createSimulatedI2c, createSimulatedSpi } from '../../../hosts/simulated/index.ts';
import { i2cWireNs, spiWireNs } from '../../../hosts/simulated/wire-time.ts';
import { I2C_M } from '../../../src/bus/index.ts';
import { loadModels } from '../../../src/sim/index.ts';
import { node, spiTransfer } from '../../sim/support.ts';

const bytes = (length: number) => new Uint8Array(length);

describe('the time that a transfer takes on a wire', () => {
  it('is bits over speed, and lines share the bits', () => {
    expect(spiWireNs(spiTransfer({ tx: bytes(100), speedHz: 1_000_000 }))).toBe(800_000);
    expect(spiWireNs(spiTransfer({ rx: bytes(100), speedHz: 1_000_000, rxNbits: 4 }))).toBe(200_000);
    // Twelve bits lie in two bytes.
    const words = spiTransfer({ tx: bytes(100), speedHz: 1_000_000, bitsPerWord: 12 });
    expect(spiWireNs(words)).toBe(600_000);
  });

  it('has the delays in it, and without a speed nothing else', () => {
    const delays = { wordDelayNs: 10, csSetupNs: 200, csHoldNs: 3000, csInactiveNs: 40_000 };
    expect(spiWireNs(spiTransfer({ tx: bytes(2), speedHz: 0, ...delays }))).toBe(3220);
    expect(spiWireNs(spiTransfer({ tx: bytes(2), speedHz: 0, csChange: true, ...delays }))).toBe(43_220);
  });

  it('is nine clocks a byte on I2C, with START, STOP and the addresses', () => {
    const write = { addr: 0x50, flags: 0, buf: bytes(1) };
    const read = { addr: 0x50, flags: I2C_M.RD, buf: bytes(16) };
    expect(i2cWireNs([write], 100_000)).toBe(200_000);
    expect(i2cWireNs([write, read], 400_000)).toBe((1 + 1 + 18 + 1 + 153) * 2500);
    expect(i2cWireNs([{ ...write, flags: I2C_M.TEN }], 100_000)).toBe(290_000);
    expect(i2cWireNs([write, { ...write, flags: I2C_M.NOSTART }], 100_000)).toBe(300_000);
  });
});

describe('dtbus,real-time', () => {
  const properties = { 'dtbus,real-time': true };

  it('lets an SPI transfer end when a wire would have carried it, and not before', async () => {
    const child = { name: 'loop@0', compatible: 'dtbus,loopback', reg: 0 };
    const bus = node({ name: 'spi', properties, children: [child] });
    const { spi, synchronous } = createSimulatedSpi(bus, { catalogue: await loadModels(['dtbus,loopback']) });
    expect(synchronous).toBe(false);
    const rx = bytes(500);
    const start = performance.now();
    await spi.transfer(0, 0, [spiTransfer({ tx: bytes(500).fill(7), rx, speedHz: 1_000_000 })]);
    expect(performance.now() - start).toBeGreaterThanOrEqual(4);
    expect(rx).toEqual(bytes(500).fill(7));
  });

  it('does the same on I2C, at the clock of the tree', async () => {
    const child = { name: 'eeprom@50', compatible: 'atmel,24c02', reg: 0x50 };
    const bus = node({
      name: 'i2c',
      properties: { ...properties, 'clock-frequency': 50_000 },
      children: [child],
    });
    const { i2c, synchronous } = createSimulatedI2c(bus, { catalogue: await loadModels(['atmel,24c02']) });
    expect(synchronous).toBe(false);
    const buf = bytes(20);
    const start = performance.now();
    await i2c.transfer([{ addr: 0x50, flags: I2C_M.RD, buf }]);
    expect(performance.now() - start).toBeGreaterThanOrEqual((1 + 1 + 189) * 0.02);
    expect(buf).toEqual(bytes(20).fill(0xff));
  });

  it('is given up when the transfer is aborted', async () => {
    const bus = node({ name: 'spi', properties });
    const { spi } = createSimulatedSpi(bus, { catalogue: await loadModels([]) });
    const abort = new AbortController();
    const transfer = spi.transfer(0, 0, [spiTransfer({ tx: bytes(1 << 20), speedHz: 1000 })], abort.signal);
    abort.abort();
    await expect(transfer).rejects.toThrow();
  });

  it('takes no time without it', async () => {
    const { synchronous } = createSimulatedSpi(node({ name: 'spi' }), { catalogue: await loadModels([]) });
    expect(synchronous).toBe(true);
  });
});
