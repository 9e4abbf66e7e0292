import { describe, expect, it, vi } from 'vitest';
import { VirtioGpioDevice } from '../../src/backend/devices/gpio-device.ts';
import { GpioLines } from '../../src/backend/devices/gpio-lines.ts';
import { Client, ResourceManager, VirtioI2cDevice, VirtioSpiDevice } from '../../src/backend/index.ts';
import type { I2cController, SpiController } from '../../src/bus/index.ts';
import type { VirtioDevice } from '../../src/virtio/index.ts';
import { MockGuest } from '../support/mock-guest.ts';
import { hostOf } from '../support/rig.ts';
import { PLAIN_CAPABILITIES } from '../support/spi.ts';

const i2c: I2cController = { description: 'i2c', functionality: 1, transfer() {} };
const spi: SpiController = {
  description: 'spi',
  capabilities: PLAIN_CAPABILITIES,
  transfer() {},
  deselect() {},
};

const manager = new ResourceManager();
const I2C = manager.addI2cBus('/i2c', hostOf({ i2c }), i2c);
const SPI = manager.addSpiBus('/spi', hostOf({ spi }), spi);
manager.openSynchronous();

const stranger = new Client('a guest that may do nothing');
stranger.confine('/i2c', []);

/** A device, and a request that it answers at once. */
const DEVICES: [string, () => VirtioDevice, number[]][] = [
  ['I2C', () => new VirtioI2cDevice(manager, I2C, new Client('a')), [0xa0, 0, 0, 0, 0, 0, 0, 0, 1]],
  [
    'I2C, where all is refused',
    () => new VirtioI2cDevice(manager, I2C, stranger),
    [0xa0, 0, 0, 0, 0, 0, 0, 0],
  ],
  [
    'I2C, one long transaction',
    () => new VirtioI2cDevice(manager, I2C, new Client('a')),
    [0xa0, 0, 0, 0, 1, 0, 0, 0],
  ],
  [
    'SPI',
    () => new VirtioSpiDevice(manager, SPI, new Client('a')),
    [0, 8, 1, ...Array<number>(29).fill(0), 5],
  ],
  ['SPI, where all is malformed', () => new VirtioSpiDevice(manager, SPI, new Client('a')), [1]],
  [
    'GPIO',
    () => new VirtioGpioDevice(new GpioLines('/gpio', ['']), new Client('a')),
    [4, 0, 0, 0, 0, 0, 0, 0],
  ],
];

describe('a driver that has many requests', () => {
  it.each(DEVICES)('has its turn like others: %s', (what, make, request) => {
    const guest = new MockGuest(1024);
    const driver = guest.driver<number>();
    const queue = guest.device();
    const device = make();
    device.acceptFeatures(1);
    let notified = 0;
    device.activate([queue], () => notified++);
    /** Requests that came back on the used ring. */
    const given = () => {
      const tokens: number[] = [];
      for (let token = driver.getBuf(); token !== undefined; token = driver.getBuf()) tokens.push(token);
      return tokens;
    };
    const readable = guest.alloc(Uint8Array.from(request));
    const writable = guest.alloc(2, 0xee);
    for (let i = 0; i < 300; i++) driver.addBuf([readable], [writable], i);
    driver.kickPrepare();

    const before = performance.now();
    const due = device.processQueue(0);
    // It stops though there is more, and wants to be called again as soon as the others had theirs.
    expect(queue.poll()).toBe(true);
    expect(due).toBeGreaterThanOrEqual(before);
    expect(due).toBeLessThanOrEqual(performance.now());
    // A transaction whose end has not come is not begun.
    const isLong = what === 'I2C, one long transaction';
    const first = given();
    expect(first.length).toBe(isLong ? 0 : 256);
    expect(notified).toBe(isLong ? 0 : 1);
    while (queue.poll()) device.processQueue(0);
    if (isLong) {
      vi.spyOn(performance, 'now').mockReturnValue(before + 60_000);
      device.processQueue(0);
      vi.restoreAllMocks();
    }
    expect(notified).toBe(isLong ? 1 : 2);
    expect([...first, ...given()]).toEqual(Array.from({ length: 300 }, (_, i) => i));
  });
});
