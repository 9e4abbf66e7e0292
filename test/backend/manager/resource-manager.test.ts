import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Client, ResourceManager } from '../../../src/backend/index.ts';
import {
  BusFault,
  I2C_M,
  type I2cController,
  type I2cMessage,
  type SpiController,
} from '../../../src/bus/index.ts';
import { Late } from '../../support/late.ts';
import { hostOf } from '../../support/rig.ts';
import { PLAIN_CAPABILITIES, spiTransfer } from '../../support/spi.ts';

const TRANSFER = spiTransfer({ tx: Uint8Array.of(1) });

const to = (addr: number, flags = 0): I2cMessage => ({ addr, flags, buf: Uint8Array.of(0) });

async function i2cBus(controller: Partial<I2cController> = {}) {
  const manager = new ResourceManager();
  const seen: number[] = [];
  const whole: I2cController = {
    description: 'test controller',
    functionality: 1,
    transfer: (messages) => void seen.push(...messages.map(({ addr }) => addr)),
    ...controller,
  };
  const bus = manager.addI2cBus('/i2c', hostOf({ i2c: whole }), whole);
  await manager.open();
  return { manager, bus, seen };
}

async function spiBus(controller: Partial<SpiController> = {}, synchronous = true) {
  const manager = new ResourceManager();
  const whole: SpiController = {
    description: 'test controller',
    capabilities: PLAIN_CAPABILITIES,
    transfer() {},
    deselect() {},
    ...controller,
  };
  const spi = manager.addSpiBus('/spi', hostOf({ spi: whole }, synchronous), whole);
  await manager.open();
  return { manager, spi };
}

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

describe('ownership', () => {
  it('gives an address to one client only', async () => {
    const { manager, bus, seen } = await i2cBus();
    const [a, b] = [new Client('guest a'), new Client('guest b')];
    bus.ownership.claim(a, 0x50);
    expect(() => bus.ownership.claim(b, 0x50)).toThrowError(expect.objectContaining({ code: 'EBUSY' }));
    manager.transferI2c(a, bus, [to(0x50)]);
    expect(() => manager.transferI2c(b, bus, [to(0x50)])).toThrow(/address 0x50 is owned by guest a/);
    manager.transferI2c(b, bus, [to(0x51)]);
    expect(seen).toEqual([0x50, 0x51]);
  });

  it("checks every message of a group, so that a batch reaches no other's address", async () => {
    const { manager, bus, seen } = await i2cBus();
    const [a, b] = [new Client('a'), new Client('b')];
    bus.ownership.claim(a, 0x50);
    expect(() => manager.transferI2c(b, bus, [to(0x20), to(0x50)])).toThrowError(
      expect.objectContaining({ code: 'EBUSY' }),
    );
    expect(seen).toEqual([]);
  });

  it('tells a ten-bit address from the seven-bit one of the same number', async () => {
    const { manager, bus } = await i2cBus();
    const [a, b] = [new Client('a'), new Client('b')];
    bus.ownership.claim(a, 0x50);
    expect(() => manager.transferI2c(b, bus, [to(0x50, I2C_M.TEN)])).not.toThrow();
  });

  it('confines a client to the units it was given', async () => {
    const { manager, bus } = await i2cBus();
    const guest = new Client('guest');
    guest.confine('/i2c', [0x48]);
    manager.transferI2c(guest, bus, [to(0x48)]);
    expect(() => manager.transferI2c(guest, bus, [to(0x49)])).toThrowError(
      expect.objectContaining({ code: 'EPERM' }),
    );
  });

  it('frees what a client owned when it is dropped', async () => {
    const { manager, bus } = await i2cBus();
    const [a, b] = [new Client('a'), new Client('b')];
    bus.ownership.claim(a, 0x50);
    manager.drop(a);
    bus.ownership.claim(b, 0x50);
    expect(bus.ownership.ownerOf(0x50)).toBe(b);
  });

  it('is not lost to one that asked for the same and waited, who does not reach it either', async () => {
    const late = new Late();
    const seen: string[] = [];
    const controller: I2cController = {
      description: 'late',
      functionality: 1,
      transfer: ([message]) => late.wait(() => void seen.push(`${message?.buf[0]}`)),
    };
    const manager = new ResourceManager();
    const bus = manager.addI2cBus('/i2c', hostOf({ i2c: controller }, false), controller);
    await manager.open();
    const [a, b] = [new Client('a', { exclusive: true }), new Client('b', { exclusive: true })];
    const write = (client: Client, byte: number) =>
      manager.transferI2c(client, bus, [{ addr: 0x50, flags: 0, buf: Uint8Array.of(byte) }]);
    const first = write(a, 1);
    const second = write(b, 2);
    const refused = expect(second).rejects.toMatchObject({ code: 'EBUSY' });
    await late.finish();
    await first;
    await refused;
    expect(seen).toEqual(['1']);
    expect(bus.ownership.ownerOf(0x50)).toBe(a);
  });

  it('comes to nobody by a transfer that ends when its client is gone', async () => {
    const late = new Late();
    const controller: I2cController = {
      description: 'late',
      functionality: 1,
      transfer: () => late.wait(() => {}),
    };
    const manager = new ResourceManager();
    const bus = manager.addI2cBus('/i2c', hostOf({ i2c: controller }, false), controller);
    await manager.open();
    const gone = new Client('gone', { exclusive: true });
    const last = manager.transferI2c(gone, bus, [to(0x50)]);
    manager.drop(gone);
    await late.finish();
    await last;
    expect(bus.ownership.ownerOf(0x50)).toBeUndefined();
  });

  it('comes to nobody by a transfer that failed', async () => {
    const nak = () => {
      throw new BusFault('ENXIO');
    };
    const { manager, bus } = await i2cBus({ transfer: nak });
    const client = new Client('a', { exclusive: true });
    expect(() => manager.transferI2c(client, bus, [to(0x50)])).toThrow('ENXIO');
    const { manager: spiManager, spi } = await spiBus({ transfer: nak });
    expect(() => spiManager.transferSpi(client, spi, 1, 0, [TRANSFER])).toThrow('ENXIO');
    expect([bus.ownership.ownerOf(0x50), spi.ownership.ownerOf(1)]).toEqual([undefined, undefined]);
  });

  it('of a chip comes with the first success, and reaches those who waited for it', async () => {
    const late = new Late();
    const seen: string[] = [];
    const transfer: SpiController['transfer'] = (cs, _mode, [first]) =>
      late.wait(() => void seen.push(`${cs}: ${first?.tx?.[0]}`));
    const { manager, spi } = await spiBus({ transfer }, false);
    const [a, b] = ['a', 'b'].map((name) => new Client(name, { exclusive: true })) as [Client, Client];
    const first = manager.transferSpi(a, spi, 1, 0, [spiTransfer({ tx: Uint8Array.of(1) })]);
    const second = manager.transferSpi(b, spi, 1, 0, [spiTransfer({ tx: Uint8Array.of(2) })]);
    const refused = expect(second).rejects.toMatchObject({ code: 'EBUSY' });
    await late.finish();
    await first;
    await refused;
    expect([seen, spi.ownership.ownerOf(1)]).toEqual([['1: 1'], a]);
    const { manager: other, spi: atOnce } = await spiBus();
    other.transferSpi(b, atOnce, 1, 0, [TRANSFER]);
    expect(atOnce.ownership.ownerOf(1)).toBe(b);
  });

  it('holds for chip selects as well', async () => {
    const controller: SpiController = {
      description: 'spi',
      capabilities: PLAIN_CAPABILITIES,
      transfer() {},
      deselect() {},
    };
    const manager = new ResourceManager();
    const bus = manager.addSpiBus('/spi', hostOf({ spi: controller }), controller);
    await manager.open();
    const [a, b] = [new Client('a'), new Client('b')];
    bus.ownership.claim(a, 1);
    const transfers = [TRANSFER];
    manager.transferSpi(b, bus, 0, 0, transfers);
    expect(() => manager.transferSpi(b, bus, 1, 0, transfers)).toThrow(/chip select 1 is owned by a/);
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
    const told = { bus: '/spi', client: 'a', durationMs: 7 };
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
