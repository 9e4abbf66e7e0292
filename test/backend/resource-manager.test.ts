import { describe, expect, it } from 'vitest';
import { Client, ResourceManager } from '../../src/backend/index.ts';
import {
  BusFault,
  I2C_M,
  type I2cController,
  type I2cMessage,
  type SpiController,
} from '../../src/bus/index.ts';
import { hostOf } from '../support/rig.ts';

const CAPABILITIES = {
  chipSelects: 2,
  modes: 3,
  bitsPerWordMask: 0,
  maxSpeedHz: 0,
  maxWordDelayNs: 0,
  maxCsSetupNs: 0,
  maxCsHoldNs: 0,
  maxCsInactiveNs: 0,
};
const TRANSFER = {
  tx: Uint8Array.of(1),
  speedHz: 0,
  bitsPerWord: 8,
  txNbits: 0,
  rxNbits: 0,
  wordDelayNs: 0,
  csSetupNs: 0,
  csHoldNs: 0,
  csInactiveNs: 0,
};

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

  it('holds for chip selects as well', async () => {
    const controller: SpiController = {
      description: 'spi',
      capabilities: CAPABILITIES,
      transfer() {},
      deselect() {},
    };
    const manager = new ResourceManager();
    const bus = manager.addSpiBus('/spi', hostOf({ spi: controller }), controller);
    await manager.open();
    const [a, b] = [new Client('a'), new Client('b')];
    bus.ownership.claim(a, 1);
    const transfers = [{ ...TRANSFER, csChange: false }];
    manager.transferSpi(b, bus, 0, 0, transfers);
    expect(() => manager.transferSpi(b, bus, 1, 0, transfers)).toThrow(/chip select 1 is owned by a/);
  });
});

describe('transfers', () => {
  it('refuses a message that is longer than the controller takes', async () => {
    const { manager, bus } = await i2cBus({ maxMessageLength: 4 });
    const long = { addr: 0x50, flags: 0, buf: new Uint8Array(5) };
    expect(() => manager.transferI2c(new Client('a'), bus, [long])).toThrowError(
      expect.objectContaining({ code: 'EMSGSIZE' }),
    );
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

  it('keeps the bus for a client that left its chip selected', async () => {
    const order: string[] = [];
    const controller: SpiController = {
      description: 'spi',
      capabilities: CAPABILITIES,
      transfer: (cs) => void order.push(`transfer ${cs}`),
      deselect: () => void order.push('deselect'),
    };
    const manager = new ResourceManager();
    const bus = manager.addSpiBus('/spi', hostOf({ spi: controller }), controller);
    await manager.open();
    const [a, b] = [new Client('a'), new Client('b')];
    manager.transferSpi(a, bus, 0, 0, [{ ...TRANSFER, csChange: true }]);
    const waiting = manager.transferSpi(b, bus, 1, 0, [{ ...TRANSFER, csChange: false }]);
    expect(order).toEqual(['transfer 0']);
    manager.deselect(a, bus);
    await waiting;
    expect(order).toEqual(['transfer 0', 'deselect', 'transfer 1']);
  });
});
