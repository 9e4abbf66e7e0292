import { describe, expect, it } from 'vitest';
import { Client, ResourceManager, VirtioI2cDevice, VirtioSpiDevice } from '../../src/backend/index.ts';
import type { I2cController, SpiController } from '../../src/bus/index.ts';
import { Late } from '../frontend/late.ts';
import { MockGuest } from '../support/mock-guest.ts';
import { hostOf } from '../support/rig.ts';
import { PLAIN_CAPABILITIES, spiTransfer } from '../support/spi.ts';

const READ = [0xa0, 0, 0, 0, 2, 0, 0, 0];
const OK = 0;
const UNTOUCHED = 0xee;

async function i2c() {
  const late = new Late();
  const controller: I2cController = {
    description: 'late',
    functionality: 1,
    transfer: ([message]) => late.wait(() => message?.buf.fill(0x5a)),
  };
  const manager = new ResourceManager();
  const bus = manager.addI2cBus('/i2c', hostOf({ i2c: controller }, false), controller);
  await manager.open();
  const device = new VirtioI2cDevice(manager, bus, new Client('a'));
  const guest = new MockGuest(16);
  const driver = guest.driver<number>();
  device.acceptFeatures(1);
  device.activate([guest.device()], () => {});
  const room = guest.alloc(5, UNTOUCHED);
  driver.addBuf([guest.alloc(Uint8Array.from(READ))], [room], 1);
  driver.kickPrepare();
  device.processQueue();
  return { late, device, answer: () => [...guest.bytes(room)] };
}

describe('a read that ends later', () => {
  it("reaches the driver's memory when it has ended, not before", async () => {
    const { late, answer } = await i2c();
    expect(answer()).toEqual(Array(5).fill(UNTOUCHED));
    await late.finish();
    expect(answer()).toEqual([0x5a, 0x5a, 0x5a, 0x5a, OK]);
  });

  it('writes nothing after a reset: the memory may be used for something else by then', async () => {
    const { late, device, answer } = await i2c();
    device.reset();
    await late.finish();
    expect(answer()).toEqual(Array(5).fill(UNTOUCHED));
  });
});

/** A transfer of chip select 0 that leaves it selected, on a controller that answers later. */
async function spi() {
  const late = new Late();
  const done: string[] = [];
  const controller: SpiController = {
    description: 'late',
    capabilities: PLAIN_CAPABILITIES,
    transfer: (chipSelect, _mode, transfers) =>
      late.wait(() => {
        done.push(`transfer at ${chipSelect}`);
        for (const { rx } of transfers) rx?.fill(0x5a);
      }),
    deselect: () => void done.push('deselect'),
  };
  const manager = new ResourceManager();
  const bus = manager.addSpiBus('/spi', hostOf({ spi: controller }, false), controller);
  await manager.open();
  const client = new Client('a');
  const device = new VirtioSpiDevice(manager, bus, client);
  const guest = new MockGuest(16);
  const driver = guest.driver<number>();
  device.activate([guest.device()], () => {});
  const room = guest.alloc(3, UNTOUCHED);
  const request = Uint8Array.from([0, 8, ...Array<number>(30).fill(0), 0x9f, 0]);
  driver.addBuf([guest.alloc(request)], [room], 1);
  driver.kickPrepare();
  device.processQueue();
  const other = (): void => {
    void manager.transferSpi(new Client('b'), bus, 1, 0, [spiTransfer({ tx: Uint8Array.of(1) })]);
  };
  return { late, done, device, manager, client, other, answer: () => [...guest.bytes(room)] };
}

describe('an SPI transfer that ends later', () => {
  it('gives what was received to the driver', async () => {
    const { late, answer } = await spi();
    await late.finish();
    expect(answer()).toEqual([0x5a, 0x5a, OK]);
  });

  it('of a client that died meanwhile leaves no chip selected for the next one', async () => {
    const { late, done, device, manager, client, other, answer } = await spi();
    device.reset();
    manager.drop(client);
    other();
    await late.finish();
    await late.finish();
    expect(done.slice(0, 3)).toEqual(['transfer at 0', 'deselect', 'transfer at 1']);
    expect(answer()).toEqual(Array(3).fill(UNTOUCHED));
  });

  it('of a device that was reset meanwhile leaves no chip selected, and the bus to others', async () => {
    const { late, done, device, other } = await spi();
    device.reset();
    other();
    await late.finish();
    await late.finish();
    expect(done).toEqual(['transfer at 0', 'deselect', 'transfer at 1']);
  });
});
