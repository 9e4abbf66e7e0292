import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Client, ResourceManager } from '../../../src/backend/index.ts';
import { BusFault, type I2cController, type SpiController } from '../../../src/bus/index.ts';
import { hostOf } from '../../support/rig.ts';
import { PLAIN_CAPABILITIES, spiTransfer } from '../../support/spi.ts';
import { i2cBus, TRANSFER, to } from './test-buses.ts';

describe('the buses', () => {
  const i2c: I2cController = { description: 'i2c', functionality: 1, transfer() {} };
  const spi: SpiController = {
    description: 'spi',
    capabilities: PLAIN_CAPABILITIES,
    transfer() {},
    deselect() {},
  };

  it('of one host take turns on it; a path is taken once', () => {
    const manager = new ResourceManager();
    const host = hostOf({ i2c, spi });
    const one = manager.addI2cBus('/i2c', host, i2c);
    const two = manager.addSpiBus('/spi', host, spi);
    const three = manager.addI2cBus('/other', hostOf({ i2c }), i2c);
    expect(manager.buses).toEqual([one, two, three]);
    expect([two.scheduler === one.scheduler, three.scheduler === one.scheduler]).toEqual([true, false]);
    expect(() => manager.addSpiBus('/i2c', host, spi)).toThrow('bus /i2c was added twice');
  });

  it('that answer at once are opened alone where asked so; all are closed', async () => {
    const manager = new ResourceManager();
    const events: string[] = [];
    const host = (name: string, synchronous: boolean) => ({
      ...hostOf({ i2c }, synchronous),
      open: () => void events.push(`open ${name}`),
      close: () => void events.push(`close ${name}`),
    });
    manager.addI2cBus('/simulated', host('simulated', true), i2c);
    manager.addI2cBus('/real', host('real', false), i2c);
    manager.openSynchronous();
    expect(events).toEqual(['open simulated']);
    await manager.open();
    await manager.close();
    expect(events).toEqual(['open simulated', 'open real', 'close simulated', 'close real']);
  });
});

describe('transfers', () => {
  it('refuses a message that is longer than the controller takes', async () => {
    const { manager, bus } = await i2cBus({ maxMessageLength: 4 });
    const message = (length: number) => ({ addr: 0x50, flags: 0, buf: new Uint8Array(length) });
    expect(() => manager.transferI2c(new Client('a'), bus, [message(5)])).toThrowError(
      expect.objectContaining({ message: 'EMSGSIZE: test controller takes 4 bytes a message' }),
    );
    manager.transferI2c(new Client('a'), bus, [message(4), message(4)]);
  });

  it('counts what went well and what failed', async () => {
    const fault = new BusFault('ENXIO');
    const { manager, bus } = await i2cBus({
      transfer: ([first]) => {
        if (first?.addr === 0x7f) throw fault;
      },
    });
    const records: unknown[] = [];
    bus.observer = (record) => records.push(record.fault?.code);
    const client = new Client('a');
    manager.transferI2c(client, bus, [{ addr: 0x10, flags: 0, buf: new Uint8Array(7) }]);
    expect(() => manager.transferI2c(client, bus, [to(0x7f)])).toThrow(fault);
    // A message counts its address byte.
    expect(bus.counters).toEqual({ transfers: 1, bytes: 8, faults: { ENXIO: 1 } });
    expect(records).toEqual([undefined, 'ENXIO']);
  });

  it('counts the bytes of SPI, and tells what went over it, when, and for whom', async () => {
    const controller: SpiController = {
      description: 'spi',
      capabilities: PLAIN_CAPABILITIES,
      transfer: (cs) => {
        ms += 7;
        if (cs === 1) throw new BusFault('EIO', 'no');
      },
      deselect() {},
    };
    let ms = 3;
    const manager = new ResourceManager({}, { originMs: 1000, nowMs: () => ms });
    const bus = manager.addSpiBus('/spi', hostOf({ spi: controller }), controller);
    await manager.open();
    const records: unknown[] = [];
    bus.observer = (record) => records.push(record);
    const transfers = [
      spiTransfer({ tx: new Uint8Array(3), rx: new Uint8Array(3) }),
      spiTransfer({ rx: new Uint8Array(2) }),
    ];
    const client = new Client('a');
    manager.transferSpi(client, bus, 0, 0, transfers);
    manager.transferSpi(client, bus, 2, 0, []);
    expect(bus.counters).toEqual({ transfers: 2, bytes: 5, faults: {} });
    expect(() => manager.transferSpi(client, bus, 1, 0, [TRANSFER])).toThrow('EIO: no');
    const met = { queuedMs: 0, wireMs: 7, attempts: 1, stretchedNs: 0, struck: [] };
    const told = { bus: '/spi', client: 'a', ...met };
    expect(records).toEqual([
      { ...told, startedMs: 1003, chipSelect: 0, transfers, fault: undefined },
      { ...told, startedMs: 1010, chipSelect: 2, transfers: [], fault: undefined },
      {
        ...told,
        startedMs: 1017,
        chipSelect: 1,
        transfers: [TRANSFER],
        fault: expect.objectContaining({ code: 'EIO' }),
      },
    ]);
  });

  it('keeps the bus for a client that left its chip selected', async () => {
    const order: string[] = [];
    const controller: SpiController = {
      description: 'spi',
      capabilities: PLAIN_CAPABILITIES,
      transfer: (cs) => void order.push(`transfer ${cs}`),
      deselect: () => void order.push('deselect'),
    };
    const manager = new ResourceManager();
    const bus = manager.addSpiBus('/spi', hostOf({ spi: controller }), controller);
    await manager.open();
    const [a, b] = [new Client('a'), new Client('b')];
    manager.transferSpi(a, bus, 0, 0, [{ ...TRANSFER, csChange: true }]);
    const waiting = manager.transferSpi(b, bus, 1, 0, [TRANSFER]);
    expect(order).toEqual(['transfer 0']);
    manager.deselect(a, bus);
    await waiting;
    expect(order).toEqual(['transfer 0', 'deselect', 'transfer 1']);
  });

  it('keeps the chip of a message that began while the one before it was being let go', async () => {
    const controller: SpiController = {
      description: 'spi',
      capabilities: PLAIN_CAPABILITIES,
      transfer: async () => {},
      deselect: async () => {},
    };
    const manager = new ResourceManager();
    const bus = manager.addSpiBus('/spi', hostOf({ spi: controller }, false), controller);
    await manager.open();
    const client = new Client('a');
    const part = (isContinuation: boolean) =>
      manager.transferSpi(client, bus, 0, 0, [{ ...TRANSFER, csChange: true }], isContinuation);
    await part(false);
    await Promise.all([manager.deselect(client, bus), part(false)]);
    // A part that goes on is refused where the chip was let go in between.
    await part(true);
    expect(bus.scheduler.csOwner(client)).toBeDefined();
  });

  it('frees the bus of a client whose message failed before its end', async () => {
    const controller: SpiController = {
      description: 'spi',
      capabilities: PLAIN_CAPABILITIES,
      transfer: (cs) => {
        if (cs === 0) throw new BusFault('EIO');
      },
      deselect() {},
    };
    const manager = new ResourceManager();
    const bus = manager.addSpiBus('/spi', hostOf({ spi: controller }), controller);
    await manager.open();
    const [a, b] = [new Client('a'), new Client('b')];
    expect(() => manager.transferSpi(a, bus, 0, 0, [{ ...TRANSFER, csChange: true }])).toThrow('EIO');
    expect(bus.scheduler.csOwner(a)).toBeUndefined();
    expect(manager.transferSpi(b, bus, 1, 0, [TRANSFER])).toBeUndefined();
  });

  describe('a client that never ends its message', () => {
    async function spiBus(answersLater: boolean) {
      const order: string[] = [];
      const later = () => (answersLater ? new Promise<void>((resolve) => setImmediate(resolve)) : undefined);
      const controller: SpiController = {
        description: 'spi',
        capabilities: PLAIN_CAPABILITIES,
        transfer: (cs) => {
          order.push(`transfer ${cs}`);
          return later();
        },
        deselect: () => {
          order.push('deselect');
          return later();
        },
      };
      const manager = new ResourceManager({ holdLimitMs: 20 });
      const bus = manager.addSpiBus('/spi', hostOf({ spi: controller }, !answersLater), controller);
      await manager.open();
      const keep = (client: Client, isContinuation: boolean) =>
        manager.transferSpi(client, bus, 0, 0, [{ ...TRANSFER, csChange: true }], isContinuation);
      return { order, manager, bus, keep };
    }
    const cutOff = {
      code: 'ETIMEDOUT',
      message: 'ETIMEDOUT: /spi: others waited too long for the end of this message',
    };

    it.each([false, true])(
      'gives way to others after a while; it answers later: %s',
      async (answersLater) => {
        const { order, manager, bus, keep } = await spiBus(answersLater);
        const [a, b] = [new Client('a'), new Client('b')];
        await keep(a, false);
        let over = false;
        const waiting = Promise.resolve(manager.transferSpi(b, bus, 1, 0, [TRANSFER])).then(() => {
          over = true;
        });
        // It goes on and on, and has the bus for itself while it may.
        const goOn = async () => keep(a, true);
        while (!over) {
          await goOn().catch((thrown) => expect(thrown).toMatchObject(cutOff));
          await new Promise((resolve) => setImmediate(resolve));
        }
        await waiting;
        await expect(goOn()).rejects.toMatchObject(cutOff);
        // The chip was let go before another was selected, and nothing came between.
        const cut = order.indexOf('deselect');
        expect(order.slice(cut)).toEqual(['deselect', 'transfer 1']);
        expect(cut).toBeGreaterThan(1);
        expect(order.slice(0, cut)).toEqual(Array(cut).fill('transfer 0'));
        // Nothing is left of it: it has ended long ago, and may begin another.
        await manager.deselect(a, bus);
        expect(order.slice(cut)).toEqual(['deselect', 'transfer 1']);
        await keep(a, false);
        expect(order.at(-1)).toBe('transfer 0');
      },
    );

    describe('in time', () => {
      beforeEach(() => {
        vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
      });
      afterEach(() => {
        vi.useRealTimers();
      });

      it('keeps the bus as long as nobody else wants it, and what waits itself does not count', async () => {
        const { order, bus, keep } = await spiBus(true);
        const a = new Client('a');
        await keep(a, false);
        await Promise.all([keep(a, true), keep(a, true)]);
        await vi.advanceTimersByTimeAsync(40);
        await keep(a, true);
        expect(bus.scheduler.csOwner(a)).toBeDefined();
        expect(order).toEqual(Array(4).fill('transfer 0'));
      });

      it('is not cut short by those who waited for an earlier message', async () => {
        const { order, manager, bus, keep } = await spiBus(false);
        const [a, b, c] = [new Client('a'), new Client('b'), new Client('c')];
        keep(a, false);
        const waiting = [b, c].map((client) => manager.transferSpi(client, bus, 1, 0, [TRANSFER]));
        manager.deselect(a, bus);
        await Promise.all(waiting);
        keep(a, false);
        await vi.advanceTimersByTimeAsync(40);
        keep(a, true);
        expect(order).toEqual([
          'transfer 0',
          'deselect',
          'transfer 1',
          'transfer 1',
          'transfer 0',
          'transfer 0',
        ]);
      });
    });
  });
});
