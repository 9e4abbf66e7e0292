import { describe, expect, it } from 'vitest';
import { Client, ResourceManager, VirtioI2cDevice, VirtioSpiDevice } from '../../src/backend/index.ts';
import {
  BusFault,
  I2C_M,
  type I2cController,
  type MaybePromise,
  SPI_MODE,
  type SpiController,
} from '../../src/bus/index.ts';
import { type DmaBuffer, SPI_HEAD_BYTES, VIRTIO_F, type VirtioDevice } from '../../src/virtio/index.ts';
import { MockGuest } from '../support/mock-guest.ts';
import { hostOf } from '../support/rig.ts';

const UNTOUCHED = 0xee;
const NOBODY = 0x7f;

/** A device on the ring of a guest that adds what the test says. */
function onRing(device: VirtioDevice, features = 1) {
  const guest = new MockGuest(64);
  const driver = guest.driver<number>();
  expect(device.acceptFeatures(features)).toBe(true);
  device.activate([guest.device()], () => {});
  const used: number[] = [];
  const work = (): number[] => {
    driver.kickPrepare();
    device.processQueue(0);
    for (let token = driver.getBuf(); token !== undefined; token = driver.getBuf()) used.push(token);
    return used;
  };
  return { guest, driver, work };
}

describe('5.16.6 the I2C device', () => {
  /** Reads give 1, 2, 3, …; nobody is at 0x7f; answers at once, or when the test lets it. */
  function i2c(later = false) {
    const order: number[] = [];
    const waiting: (() => void)[] = [];
    const controller: I2cController = {
      description: 'test',
      functionality: 1,
      transfer: (messages): MaybePromise<void> => {
        for (const { addr, flags, buf } of messages) {
          order.push(addr);
          if (addr === NOBODY) throw new BusFault('ENXIO');
          if ((flags & I2C_M.RD) !== 0) for (let i = 0; i < buf.length; i++) buf[i] = i + 1;
        }
        return later ? new Promise((resolve) => waiting.push(resolve)) : undefined;
      },
    };
    const manager = new ResourceManager();
    const bus = manager.addI2cBus('/i2c', hostOf({ i2c: controller }, !later), controller);
    manager.openSynchronous();
    const device = new VirtioI2cDevice(manager, bus, new Client('test'));
    return { device, order, waiting, opened: manager.open() };
  }
  const FAIL_NEXT = 1;
  const M_RD = 2;

  it('offers ZERO_LENGTH_REQUEST, and refuses a driver without it', () => {
    const { device } = i2c();
    expect(device.features % 2).toBe(1);
    expect(device.acceptFeatures(2 ** VIRTIO_F.VERSION_1)).toBe(false);
    expect(device.acceptFeatures(2 ** VIRTIO_F.VERSION_1 + 1)).toBe(true);
  });

  it('changes nothing of header and buffer of a write', () => {
    const { device } = i2c();
    const { guest, driver, work } = onRing(device);
    const header = guest.alloc(Uint8Array.of(0xa0, 0, 0xab, 0xcd, 0, 0, 0, 0));
    const data = guest.alloc(Uint8Array.of(5, 6, 7));
    const status = guest.alloc(1, UNTOUCHED);
    const before = new Uint8Array(guest.buffer).slice(header.addr, status.addr);
    driver.addBuf([header, data], [status], 1);
    expect(work()).toEqual([1]);
    expect(new Uint8Array(guest.buffer).slice(header.addr, status.addr)).toEqual(before);
    expect([...guest.bytes(status)]).toEqual([0]);
  });

  it('fills the whole buffer of a read, and a byte more with the status', () => {
    const { device } = i2c();
    const { guest, driver, work } = onRing(device);
    const header = guest.alloc(Uint8Array.of(0xa0, 0, 0, 0, M_RD, 0, 0, 0));
    const room = guest.alloc(32, UNTOUCHED);
    driver.addBuf([header], [room], 1);
    work();
    expect([...guest.bytes(room)]).toEqual([...Array.from({ length: 31 }, (_, i) => i + 1), 0]);
    expect(driver.usedLength).toBe(32);
  });

  /** Requests of no length, by address and FAIL_NEXT, and the places of their statuses. */
  function offer(
    { guest, driver }: ReturnType<typeof onRing>,
    ...requests: readonly (readonly [number, number])[]
  ): DmaBuffer[] {
    return requests.map(([addr, flags], i) => {
      const status = guest.alloc(1, UNTOUCHED);
      const header = guest.alloc(Uint8Array.of(addr << 1, 0, 0, 0, flags, 0, 0, 0));
      driver.addBuf([header], [status], i + 1);
      return status;
    });
  }

  it('processes requests in their order, those of a controller that answers later too', async () => {
    const { device, order, waiting, opened } = i2c(true);
    await opened;
    const ring = onRing(device);
    offer(ring, [0x10, 0], [0x11, 0], [0x12, 0]);
    expect(ring.work()).toEqual([]);
    for (let done = 1; done <= 3; done++) {
      expect(order).toEqual([0x10, 0x11, 0x12].slice(0, done));
      waiting.shift()?.();
      await new Promise((resolve) => setImmediate(resolve));
      expect(ring.work()).toEqual([1, 2, 3].slice(0, done));
    }
  });

  it('sets ERR on the first failure and on the rest of its group, and runs none of the rest', () => {
    const { device, order } = i2c();
    const ring = onRing(device);
    const statuses = offer(ring, [0x10, FAIL_NEXT], [NOBODY, FAIL_NEXT], [0x11, 0], [0x12, 0]);
    ring.work();
    expect(statuses.map((status) => ring.guest.bytes(status)[0])).toEqual([1, 1, 1, 0]);
    expect(order).toEqual([0x10, NOBODY, 0x12]);
  });
});

describe('5.21.6 the SPI device', () => {
  const controller: SpiController = {
    description: 'test',
    capabilities: {
      chipSelects: 3,
      modes: 3 | SPI_MODE.CS_HIGH,
      bitsPerWordMask: 0x8000_0080,
      maxSpeedHz: 12_000_000,
      maxWordDelayNs: 11,
      maxCsSetupNs: 22,
      maxCsHoldNs: 33,
      maxCsInactiveNs: 44,
    },
    transfer: () => undefined,
    deselect() {},
  };
  function spi() {
    const manager = new ResourceManager();
    const bus = manager.addSpiBus('/spi', hostOf({ spi: controller }), controller);
    manager.openSynchronous();
    return new VirtioSpiDevice(manager, bus, new Client('test'));
  }

  it('has all fields of its configuration from the start', () => {
    const config = new DataView(spi().config.buffer);
    expect([config.getUint8(0), config.getUint8(1)]).toEqual([3, 1]);
    const words = Array.from({ length: 7 }, (_, i) => config.getUint32(4 + 4 * i, true));
    // CPHA and CPOL each 0 and 1, and CS_HIGH, by the table of mode_func_supported.
    expect(words).toEqual([0x8000_0080, 0b1_1111, 12_000_000, 11, 22, 33, 44]);
  });

  it('changes nothing of head and tx', () => {
    const { guest, driver, work } = onRing(spi());
    const head = guest.alloc(SPI_HEAD_BYTES);
    guest.bytes(head)[1] = 8;
    guest.bytes(head)[2] = 1;
    const tx = guest.alloc(Uint8Array.of(1, 2, 3, 4));
    const rx = guest.alloc(4, UNTOUCHED);
    const result = guest.alloc(1, UNTOUCHED);
    const before = new Uint8Array(guest.buffer).slice(head.addr, rx.addr);
    driver.addBuf([head, tx], [rx, result], 1);
    expect(work()).toEqual([1]);
    expect(new Uint8Array(guest.buffer).slice(head.addr, rx.addr)).toEqual(before);
    expect([...guest.bytes(result)]).toEqual([0]);
  });
});
