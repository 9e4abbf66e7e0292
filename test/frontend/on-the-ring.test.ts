import { describe, expect, it } from 'vitest';
import type { VirtioI2cDriver, VirtioSpiDriver } from '../../src/frontend/index.ts';
import type { DescriptorChain, DeviceQueue, VirtioDevice } from '../../src/virtio/index.ts';
import { read, write } from '../support/i2c.ts';
import { bindDriver } from '../support/rig.ts';
import { spiTransfer } from '../support/spi.ts';

/** One request as a device sees it: what it may read, and how long what it may write is. */
interface Request {
  readonly readable: readonly number[];
  readonly writable: number;
}

/**
 * A device that shows what its driver puts on the ring, and answers what the test says: the status, with
 * everything else that may be written filled with 0xa5.
 */
class Mirror implements VirtioDevice {
  readonly queueCount = 1;
  readonly busy = false;
  readonly deviceId: number;
  readonly features: number;
  readonly config: Uint8Array;
  readonly requests: Request[] = [];
  statuses: number[] = [];
  #queue: DeviceQueue | undefined;
  #notify: (queue: number) => void = () => {};

  constructor(deviceId: number, features: number, config = new Uint8Array(0)) {
    this.deviceId = deviceId;
    this.features = features;
    this.config = config;
  }

  acceptFeatures(): boolean {
    return true;
  }

  activate(queues: readonly DeviceQueue[], notify: (queue: number) => void): void {
    this.#queue = queues[0];
    this.#notify = notify;
  }

  reset(): void {
    this.#queue = undefined;
  }

  processQueue(): number {
    const queue = this.#queue;
    for (let chain = queue?.pop(); chain !== undefined; chain = queue?.pop()) this.#answer(chain);
    this.#notify(0);
    return Number.POSITIVE_INFINITY;
  }

  #answer(chain: DescriptorChain): void {
    const { readable, writable } = chain;
    this.requests.push({
      readable: [...readable.take(readable.remaining)],
      writable: writable.length,
    });
    for (const piece of writable.segments()) piece.fill(0xa5);
    writable.writeLastU8(this.statuses.shift() ?? 0);
    this.#queue?.pushUsed(chain, writable.length);
  }
}

describe('5.16.6 what the I2C driver puts on the ring', () => {
  const ZERO_LENGTH = 1;
  function i2c(features = ZERO_LENGTH) {
    const device = new Mirror(34, features);
    return { device, ...bindDriver<VirtioI2cDriver>(device, 'platform,virtio-i2c') };
  }

  it('has M_RD for reads and not for writes, FAIL_NEXT on all but the last, and no other flag', () => {
    const { device, adapter } = i2c();
    adapter.transferSync([write(0x50, 0x12, 0x34), read(0x51, 3)]);
    adapter.transferSync([read(0x52, 1)]);
    expect(device.requests).toEqual([
      { readable: [0xa0, 0, 0, 0, 1, 0, 0, 0, 0x12, 0x34], writable: 1 },
      { readable: [0xa2, 0, 0, 0, 2, 0, 0, 0], writable: 4 },
      { readable: [0xa4, 0, 0, 0, 2, 0, 0, 0], writable: 2 },
    ]);
  });

  it('has no buffer in a request of no length, reading or writing', () => {
    const { device, adapter } = i2c();
    adapter.transferSync([write(0x50)]);
    adapter.transferSync([read(0x50, 0)]);
    expect(device.requests).toEqual([
      { readable: [0xa0, 0, 0, 0, 0, 0, 0, 0], writable: 1 },
      { readable: [0xa0, 0, 0, 0, 2, 0, 0, 0], writable: 1 },
    ]);
  });

  it('does not use what a failed read brought', () => {
    const { device, adapter } = i2c();
    const message = read(0x50, 4);
    message.buf.fill(0x11);
    device.statuses = [1];
    expect(() => adapter.transferSync([message])).toThrow();
    expect([...message.buf]).toEqual([0x11, 0x11, 0x11, 0x11]);
    adapter.transferSync([message]);
    expect([...message.buf]).toEqual([0xa5, 0xa5, 0xa5, 0xa5]);
  });

  it('is taken for failed from the first failure of a group on, whatever the device says of the rest', () => {
    const { device, adapter } = i2c();
    const last = read(0x50, 2);
    device.statuses = [0, 1, 0];
    expect(() => adapter.transferSync([write(0x50, 1), write(0x50, 2), last])).toThrow();
    expect([...last.buf]).toEqual([0, 0]);
    expect(device.requests).toHaveLength(3);
  });

  it('comes in the order of the calls', async () => {
    const { device, adapter } = i2c();
    await Promise.all([1, 2, 3, 4, 5].map((byte) => adapter.transfer([write(0x50, byte)])));
    expect(device.requests.map(({ readable }) => readable.at(-1))).toEqual([1, 2, 3, 4, 5]);
  });

  it('is nothing for a device without requests of no length: the driver gives up', () => {
    const { fault, device } = i2c(0);
    expect(fault).toMatch(/does not offer bit 0/);
    expect(device.requests).toEqual([]);
  });
});

describe('5.21.6 what the SPI driver puts on the ring', () => {
  function spi() {
    const config = new Uint8Array(32);
    config.set([2, 1]);
    // All of it, and more than this driver knows: a later device may have a longer space.
    const device = new Mirror(45, 0, Uint8Array.from([...config, 0xff, 0xff, 0xff, 0xff]));
    return { device, ...bindDriver<VirtioSpiDriver>(device, 'platform,virtio-spi') };
  }
  it('is head, tx, rx, result, in this order; half-duplex leaves one out', () => {
    const { device, adapter } = spi();
    const tx = Uint8Array.of(1, 2, 3);
    const rx = new Uint8Array(3);
    adapter.transferSync(1, 0, [spiTransfer({ tx }), spiTransfer({ rx }), spiTransfer({ tx, rx })]);
    const sizes = device.requests.map(({ readable, writable }) => [readable.length, writable]);
    expect(sizes).toEqual([
      [32 + 3, 1],
      [32, 3 + 1],
      [32 + 3, 3 + 1],
    ]);
    for (const { readable } of device.requests) expect(readable.slice(0, 2)).toEqual([1, 8]);
    expect(device.requests[0]?.readable.slice(32)).toEqual([1, 2, 3]);
    expect([...rx]).toEqual([0xa5, 0xa5, 0xa5]);
  });

  it('does not differ in length between tx and rx', () => {
    const { device, adapter } = spi();
    const uneven = spiTransfer({ tx: Uint8Array.of(1, 2), rx: new Uint8Array(3) });
    expect(() => adapter.transferSync(0, 0, [uneven])).toThrow();
    expect(device.requests).toEqual([]);
  });

  it.each([
    ['PARAM_ERR', 1],
    ['TRANS_ERR', 2],
    ['what no specification knows', 99],
  ])('is not used when the result is %s', (_, result) => {
    const { device, adapter } = spi();
    const rx = Uint8Array.of(0x11, 0x11);
    device.statuses = [result];
    expect(() => adapter.transferSync(0, 0, [spiTransfer({ rx })])).toThrow();
    expect([...rx]).toEqual([0x11, 0x11]);
  });
});
