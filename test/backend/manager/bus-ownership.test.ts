import { describe, expect, it } from 'vitest';
import { Client, ResourceManager } from '../../../src/backend/index.ts';
import { BusFault, I2C_M, type I2cController, type SpiController } from '../../../src/bus/index.ts';
import { Late } from '../../frontend/late.ts';
import { hostOf } from '../../support/rig.ts';
import { PLAIN_CAPABILITIES, spiTransfer } from '../../support/spi.ts';
import { i2cBus, spiBus, TRANSFER, to } from './test-buses.ts';

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
