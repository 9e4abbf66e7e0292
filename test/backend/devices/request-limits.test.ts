import { afterEach, describe, expect, it, vi } from 'vitest';
import { Client, ResourceManager, VirtioI2cDevice, VirtioSpiDevice } from '../../../src/backend/index.ts';
import type { I2cController, SpiController } from '../../../src/bus/index.ts';
import { featureSet, type VirtioDevice } from '../../../src/virtio/index.ts';
import { MockGuest } from '../../support/mock-guest.ts';
import { hostOf } from '../../support/rig.ts';
import { PLAIN_CAPABILITIES } from '../../support/spi.ts';

const EMSGSIZE = 90;
const OK = 0;
/** Zero-length requests, and the errno of a failure in its last byte. */
const FEATURES = featureSet(0, 23);

/** A device, and a guest that puts raw requests on its ring. */
function rig(
  make: (manager: ResourceManager) => VirtioDevice,
  bytes = 1 << 20,
  manager = new ResourceManager(),
) {
  const guest = new MockGuest(256, 0, bytes);
  const driver = guest.driver<Uint8Array>();
  const device = make(manager);
  manager.openSynchronous();
  device.acceptFeatures(FEATURES);
  device.activate([guest.device()], () => {});
  /** One request: its header, the bytes to write, room to read; every buffer also so many times over. */
  const add = (header: readonly number[], write: number, read: number, times = 1) => {
    const data = guest.alloc(Math.max(write, read, 1));
    const status = guest.alloc(1, 0xee);
    const pieces = (length: number) =>
      length === 0 ? [] : Array(times).fill({ addr: data.addr, len: length });
    driver.addBuf(
      [guest.alloc(Uint8Array.from(header)), ...pieces(write)],
      [...pieces(read), status],
      guest.bytes(status),
    );
  };
  const work = () => {
    driver.kickPrepare();
    const due = device.processQueue(0);
    const statuses: number[] = [];
    for (let status = driver.getBuf(); status !== undefined; status = driver.getBuf())
      statuses.push(status[0] as number);
    return { due, statuses };
  };
  return { add, work };
}

function i2c(limits = {}, bytes = 1 << 20) {
  const seen: number[] = [];
  const controller: I2cController = {
    description: 'i2c',
    functionality: 1,
    transfer: (messages) => void seen.push(...messages.map(({ buf }) => buf.length)),
  };
  const made = rig((manager) => {
    const bus = manager.addI2cBus('/i2c', hostOf({ i2c: controller }), controller);
    return new VirtioI2cDevice(manager, bus, new Client('a'), limits);
  }, bytes);
  return { ...made, seen };
}

const WRITE = [0xa0, 0, 0, 0, 0, 0, 0, 0];
const READ = [0xa0, 0, 0, 0, 2, 0, 0, 0];
const WRITE_MORE = [0xa0, 0, 0, 0, 1, 0, 0, 0];

describe('an I2C request', () => {
  it('of 65535 bytes is carried out, a longer one is not', () => {
    const { add, work, seen } = i2c();
    add(WRITE, 0xffff, 0);
    expect(work().statuses).toEqual([OK]);
    add(WRITE, 0x1_0000, 0);
    add(READ, 0, 0x1_0000);
    // Each is a turn's worth.
    expect([...work().statuses, ...work().statuses]).toEqual([EMSGSIZE, EMSGSIZE]);
    expect(seen).toEqual([0xffff]);
  });

  it('that is made long by naming the same memory often is not copied', () => {
    const { add, work, seen } = i2c();
    add(READ, 0, 0x8_0000, 120);
    expect(work().statuses).toEqual([EMSGSIZE]);
    expect(seen).toEqual([]);
  });

  it('fails with its whole transaction where that is too long', () => {
    const { add, work, seen } = i2c({ maxTransactionBytes: 1000 });
    for (let i = 0; i < 3; i++) add(WRITE_MORE, 300, 0);
    add(WRITE, 300, 0);
    add(WRITE, 300, 0);
    expect(work().statuses).toEqual([EMSGSIZE, EMSGSIZE, EMSGSIZE, EMSGSIZE, OK]);
    expect(seen).toEqual([300]);
  });

  it('ends its turn when 64 KiB were carried', () => {
    const { add, work } = i2c({}, 1 << 22);
    for (let i = 0; i < 20; i++) add(WRITE, 0xfff, 0, 1);
    const { due, statuses } = work();
    // 16 of 4095 bytes, each with 16 for itself, are just more than 64 KiB.
    expect(statuses).toHaveLength(16);
    expect(due).toBeLessThan(Number.POSITIVE_INFINITY);
    expect(work().statuses).toHaveLength(4);
  });
});

describe('a guest whose turn was long', () => {
  afterEach(() => {
    vi.restoreAllMocks();
  });

  /** Two guests of one bus, whose transfers take 1 ms for each 64 KiB, on a clock that stands still besides. */
  function pair() {
    let now = 1000;
    vi.spyOn(performance, 'now').mockImplementation(() => now);
    const controller: I2cController = {
      description: 'i2c',
      functionality: 1,
      transfer: (messages) => {
        for (const { buf } of messages) now += buf.length / 0xffff;
      },
    };
    const manager = new ResourceManager();
    const bus = manager.addI2cBus('/i2c', hostOf({ i2c: controller }), controller);
    const guests = ['a', 'b'].map((name) =>
      rig(() => new VirtioI2cDevice(manager, bus, new Client(name)), 1 << 20, manager),
    );
    const pass = (ms: number) => {
      now += ms;
    };
    return { guests, pass };
  }

  it('rests as long where another is there, whatever it kicks', () => {
    const { guests, pass } = pair();
    const [heavy, honest] = guests as [(typeof guests)[0], (typeof guests)[0]];
    honest.add(READ, 0, 2);
    expect(honest.work().statuses).toEqual([OK]);
    heavy.add(READ, 0, 0xffff);
    expect(heavy.work().statuses).toEqual([OK]);
    heavy.add(READ, 0, 0xffff);
    const { due, statuses } = heavy.work();
    expect(statuses).toEqual([]);
    expect(due).toBeCloseTo(1002, 3);
    honest.add(READ, 0, 2);
    expect(honest.work().statuses).toEqual([OK]);
    pass(1.01);
    expect(heavy.work().statuses).toEqual([OK]);
  });

  it('goes on at once where it is alone', () => {
    const { guests } = pair();
    const [heavy] = guests as [(typeof guests)[0]];
    for (let i = 0; i < 3; i++) {
      heavy.add(READ, 0, 0xffff);
      expect(heavy.work().statuses).toEqual([OK]);
    }
  });
});

/** `virtio_spi_transfer_head` (virtio 1.4, 5.21.6.1): chip select, bits per word, cs_change, then zeros. */
const spiHead = (deselect: 0 | 1) => [0, 8, deselect, ...Array<number>(29).fill(0)];

function spi(limits = {}) {
  const seen: number[][] = [];
  const controller: SpiController = {
    description: 'spi',
    capabilities: PLAIN_CAPABILITIES,
    transfer: (_cs, _mode, transfers) =>
      void seen.push(transfers.map(({ tx, rx }) => (tx ?? rx)?.length ?? 0)),
    deselect() {},
  };
  const made = rig((manager) => {
    const bus = manager.addSpiBus('/spi', hostOf({ spi: controller }), controller);
    return new VirtioSpiDevice(manager, bus, new Client('a'), undefined, limits);
  });
  return { ...made, seen };
}

describe('an SPI transfer', () => {
  it('that is longer than the limit is not carried out', () => {
    const { add, work, seen } = spi({ maxMessageBytes: 100 });
    add(spiHead(1), 100, 0);
    add(spiHead(1), 101, 0);
    add(spiHead(1), 0, 100);
    expect(work().statuses).toEqual([OK, EMSGSIZE, OK]);
    expect(seen).toEqual([[100], [100]]);
  });

  it('fails with its whole message where that is too long, up to its end', () => {
    const { add, work, seen } = spi({ maxTransactionBytes: 250 });
    add(spiHead(0), 100, 0);
    add(spiHead(0), 0, 100);
    add(spiHead(0), 100, 0);
    add(spiHead(1), 1, 0);
    add(spiHead(1), 7, 0);
    expect(work().statuses).toEqual([EMSGSIZE, EMSGSIZE, EMSGSIZE, EMSGSIZE, OK]);
    expect(seen).toEqual([[7]]);
  });

  it('that is made long by naming the same memory often is not copied', () => {
    const { add, work, seen } = spi();
    add(spiHead(1), 0, 0x8_0000, 120);
    expect(work().statuses).toEqual([EMSGSIZE]);
    expect(seen).toEqual([]);
  });
});
