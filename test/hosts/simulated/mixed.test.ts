import { describe, expect, it } from 'vitest';
import { mixI2c, mixSpi } from '../../../hosts/simulated/index.ts';
import {
  BusFault,
  I2C_M,
  type I2cController,
  type I2cMessage,
  type SpiController,
  type SpiTransfer,
} from '../../../src/bus/index.ts';
import { loadModels, SteppedClock } from '../../../src/sim/index.ts';
import { type NodeLiteral, node } from '../../sim/support.ts';
import { PLAIN_CAPABILITIES, spiTransfer } from '../../support/spi.ts';

const options = async () => ({ catalogue: await loadModels(), clock: new SteppedClock(undefined, false) });

/** A physical I2C bus where everything reads 0x11 and 0x77 is missing. */
function physicalI2c(waits: boolean) {
  const log: string[] = [];
  function run(messages: readonly I2cMessage[]): void {
    log.push(
      messages.map(({ addr, flags }) => `${flags & I2C_M.RD ? 'R' : 'W'}${addr.toString(16)}`).join(' '),
    );
    for (const [i, { addr, flags, buf }] of messages.entries()) {
      if (addr === 0x77) throw new BusFault('ENXIO', undefined, { nack: { message: i, byte: -1 } });
      if (flags & I2C_M.RD) buf.fill(0x11);
    }
  }
  const controller: I2cController = {
    description: 'real bus',
    functionality: 1,
    transfer: waits ? async (messages) => run(messages) : run,
  };
  return { log, controller };
}

async function mixedI2c(waits: boolean, ...children: NodeLiteral[]) {
  const physical = physicalI2c(waits);
  const bus = node({ name: 'i2c', children });
  const { controller, boundParts } = mixI2c(bus, physical.controller, await options());
  const run = async (...wanted: [addr: number, flags: number, ...bytes: number[]][]) => {
    const messages = wanted.map(([addr, flags, ...bytes]) => ({ addr, flags, buf: Uint8Array.from(bytes) }));
    await controller.transfer(messages);
    return messages.map(({ buf }) => [...buf]);
  };
  return { ...physical, mixed: controller, boundParts, run };
}

const lm75 = {
  name: 'temp@48',
  compatible: 'national,lm75',
  reg: 0x48,
  properties: { 'dtbus,simulate': true },
};
const real = { name: 'temp@49', compatible: 'national,lm75', reg: 0x49 };

describe.each([
  ['at once', false],
  ['with promises', true],
])('an I2C bus whose adapter answers %s', (_how, waits) => {
  it('answers children with dtbus,simulate from their model, the rest from the wire', async () => {
    const { log, run, boundParts } = await mixedI2c(waits, lm75, real);
    expect(await run([0x48, I2C_M.RD, 0, 0])).toEqual([[0x19, 0x00]]);
    expect(log).toEqual([]);
    expect(await run([0x49, I2C_M.RD, 0, 0])).toEqual([[0x11, 0x11]]);
    expect(log).toEqual(['R49']);
    expect(boundParts.map(({ model }) => model !== undefined)).toEqual([true, false]);
  });

  it('a transaction may touch both', async () => {
    const { log, run } = await mixedI2c(waits, lm75);
    const [, temperature, , byte] = await run(
      [0x48, 0, 0],
      [0x48, I2C_M.RD, 0, 0],
      [0x30, 0, 5],
      [0x30, I2C_M.RD, 0],
      [0x48, I2C_M.RD, 0, 0],
    );
    expect([temperature, byte]).toEqual([[0x19, 0x00], [0x11]]);
    expect(log).toEqual(['W30 R30']);
  });

  it('a fault on the wire ends the transaction', async () => {
    const { run } = await mixedI2c(waits, lm75);
    await expect(async () => run([0x48, 0, 0], [0x77, 0, 1], [0x48, 0, 0])).rejects.toThrow('ENXIO');
  });

  it('a NACK is told by its place in the whole transaction', async () => {
    const { run } = await mixedI2c(waits, lm75, {
      ...lm75,
      name: 'eeprom@50',
      compatible: 'atmel,24c02',
      reg: 0x50,
    });
    await expect(run([0x48, 0, 0], [0x30, 0, 1], [0x77, 0, 1])).rejects.toMatchObject({
      nack: { message: 2, byte: -1 },
    });
    await run([0x50, 0, 0, 1]);
    await expect(run([0x30, 0, 1], [0x48, 0, 0], [0x50, 0, 0])).rejects.toMatchObject({
      nack: { message: 2, byte: -1 },
    });
  });

  it('a fault of a model ends it too', async () => {
    const { log, run } = await mixedI2c(waits, { ...lm75, compatible: 'atmel,24c02' });
    await run([0x48, 0, 0, 1]);
    await expect(async () => run([0x48, 0, 0], [0x30, 0, 1])).rejects.toThrow('ENXIO');
    expect(log).toEqual([]);
  });

  it('NOSTART belongs to whoever has the bus', async () => {
    const { log, run } = await mixedI2c(waits, lm75);
    await run([0x30, 0, 1], [0x48, I2C_M.NOSTART, 2]);
    expect(log).toEqual(['W30 W48']);
  });
});

describe('a mixed controller', () => {
  it('is the physical one where nothing is simulated', async () => {
    const { mixed, controller } = await mixedI2c(false, real);
    expect(mixed).toBe(controller);
  });

  it('says what it is', async () => {
    const { mixed } = await mixedI2c(false, lm75);
    expect([mixed.description, mixed.functionality]).toEqual(['real bus with simulated parts', 1]);
  });
});

const loopback = { compatible: 'dtbus,loopback', reg: 1, properties: { 'dtbus,simulate': true } };

describe('a mixed SPI bus', () => {
  async function bench(waits: boolean) {
    const log: string[] = [];
    const maybe = (name: string) => {
      log.push(name);
      if (waits) return Promise.resolve();
    };
    const physical: SpiController = {
      description: 'real bus',
      capabilities: { ...PLAIN_CAPABILITIES, chipSelects: 1 },
      transfer: (chipSelect: number, _mode: number, transfers: readonly SpiTransfer[]) =>
        maybe(`${transfers.length} to ${chipSelect}`),
      deselect: () => maybe('deselect'),
    };
    const bus = node({ name: 'spi', children: [loopback, { compatible: 'jedec,spi-nor', reg: 0 }] });
    return { log, physical, ...mixSpi(bus, physical, await options()) };
  }

  it.each([false, true])('each chip select belongs to one side (promises: %s)', async (waits) => {
    const { log, controller } = await bench(waits);
    const rx = new Uint8Array(1);
    const message = [spiTransfer({ tx: Uint8Array.of(5), rx })];
    await controller.transfer(0, 0, message);
    expect(rx[0]).toBe(0);
    await controller.transfer(1, 0, message);
    expect(rx[0]).toBe(5);
    await controller.deselect();
    expect(log).toEqual(['1 to 0', 'deselect', 'deselect']);
  });

  it('has the chip selects of both and the limits of the physical one', async () => {
    const { controller } = await bench(false);
    expect(controller.capabilities).toMatchObject({ chipSelects: 2, modes: 3 });
    expect(controller.description).toBe('real bus with simulated parts');
  });

  it('joins messages where the physical one does', async () => {
    const { physical } = await bench(false);
    const bus = node({ name: 'spi', children: [loopback] });
    for (const joinsMessages of [true, false]) {
      const { controller } = mixSpi(bus, { ...physical, joinsMessages }, await options());
      expect(controller.joinsMessages).toBe(joinsMessages);
    }
  });

  it('is the physical one where nothing is simulated', async () => {
    const { physical } = await bench(false);
    expect(mixSpi(node({ name: 'spi' }), physical, await options()).controller).toBe(physical);
  });
});
