import { describe, expect, it } from 'vitest';
import { Client, ResourceManager, VirtioI2cDevice, VirtioSpiDevice } from '../../src/backend/index.ts';
import { BusFault, type I2cController, type SpiController } from '../../src/bus/index.ts';
import {
  allocateQueueAreas,
  createDeviceQueue,
  createDriverQueue,
  DmaAllocator,
  type DmaBuffer,
  GuestMemory,
  SPI_HEAD_BYTES,
  type VirtioDevice,
  writeI2cOutHdr,
} from '../../src/virtio/index.ts';
import { hostOf } from '../support/rig.ts';
import { PLAIN_CAPABILITIES } from '../support/spi.ts';

const FAIL_NEXT = 1;
const M_RD = 2;
const OK = 0;
const ERR = 1;
const UNTOUCHED = 0xee;

/** Not acknowledged. */
const NOBODY = 0x7f;

const seen: string[] = [];
const i2cController: I2cController = {
  description: 'test',
  functionality: 1,
  transfer: (messages) => {
    if (messages.some(({ addr }) => addr === NOBODY)) throw new BusFault('ENXIO');
    seen.push(messages.map(({ addr, buf }) => `${addr.toString(16)}:${buf.length}`).join(' '));
    for (const { flags, buf } of messages) if (flags & 1) buf.fill(0x5a);
  },
};
const spiController: SpiController = {
  description: 'test',
  capabilities: { ...PLAIN_CAPABILITIES, chipSelects: 1 },
  transfer: (_cs, _mode, transfers) => void seen.push(`spi:${transfers.length}`),
  deselect() {},
};

/** A device model and a driver that may put anything on its ring. */
function ring(make: (manager: ResourceManager, client: Client) => VirtioDevice) {
  seen.length = 0;
  const buffer = new SharedArrayBuffer(1 << 20);
  const memory = GuestMemory.over(buffer);
  const bytes = new Uint8Array(buffer);
  const dma = new DmaAllocator(0x1000, (1 << 20) - 0x1000);
  const areas = allocateQueueAreas(dma, 64, 0);
  const config = { ...areas, size: 64, features: 0 };
  const driver = createDriverQueue<string>(memory, config);
  const queue = createDeviceQueue(memory, config);
  const manager = new ResourceManager();
  const device = make(manager, new Client('hostile'));
  device.acceptFeatures(1);
  device.activate([queue], () => {});
  const alloc = (length: number, fill = UNTOUCHED): DmaBuffer => {
    const addr = dma.alloc(Math.max(1, length));
    bytes.fill(fill, addr, addr + length);
    return { addr, len: length };
  };
  const header = (addr: number, flags: number): DmaBuffer => {
    const place = alloc(8);
    writeI2cOutHdr(new DataView(buffer), place.addr, addr, false, flags);
    return place;
  };
  /** Lets the device work and gives back the tokens of what it used, with the lengths it reported. */
  const work = (): [string, number][] => {
    driver.kickPrepare();
    device.processQueue(0);
    const used: [string, number][] = [];
    for (let token = driver.getBuf(); token !== undefined; token = driver.getBuf())
      used.push([token, driver.usedLength]);
    return used;
  };
  return { manager, driver, bytes, memory, alloc, header, work, device };
}

async function i2cRing() {
  const made = ring((manager, client) => {
    const bus = manager.addI2cBus('/i2c', hostOf({ i2c: i2cController }), i2cController);
    return new VirtioI2cDevice(manager, bus, client);
  });
  await made.manager.open();
  return made;
}

async function spiRing() {
  const made = ring((manager, client) => {
    const bus = manager.addSpiBus('/spi', hostOf({ spi: spiController }), spiController);
    return new VirtioSpiDevice(manager, bus, client);
  });
  await made.manager.open();
  return made;
}

describe('virtio-i2c requests from a driver that cannot be trusted', () => {
  it('answers a request however the driver cut it: header in three, data in two, status in the data', async () => {
    const { driver, bytes, alloc, work } = await i2cRing();
    const whole = alloc(8);
    bytes.set([0xa0, 0, 0, 0, M_RD, 0, 0, 0], whole.addr);
    const parts = [
      { addr: whole.addr, len: 1 },
      { addr: whole.addr + 1, len: 5 },
      { addr: whole.addr + 6, len: 2 },
    ];
    const first = alloc(3);
    const rest = alloc(3);
    driver.addBuf(parts, [first, rest], 'cut');
    expect(work()).toEqual([['cut', 6]]);
    expect(seen).toEqual(['50:5']);
    expect([...bytes.subarray(first.addr, first.addr + 3)]).toEqual([0x5a, 0x5a, 0x5a]);
    expect([...bytes.subarray(rest.addr, rest.addr + 3)]).toEqual([0x5a, 0x5a, OK]);
  });

  it.each([
    ['a header cut short', 7, 1],
    ['nothing to write the status to', 8, 0],
  ])('gives %s back without asking the bus', async (_what, readable, writable) => {
    const { driver, alloc, work } = await i2cRing();
    driver.addBuf([alloc(readable, 0)], writable === 0 ? [] : [alloc(writable)], 'short');
    expect(work().map(([token]) => token)).toEqual(['short']);
    expect(seen).toEqual([]);
  });

  it('refuses a read whose buffer is readable, and a write whose buffer is writable', async () => {
    const { driver, bytes, alloc, header, work } = await i2cRing();
    const statuses = [alloc(1), alloc(4)];
    driver.addBuf([header(0x50, M_RD), alloc(4)], [statuses[0] as DmaBuffer], 'read');
    driver.addBuf([header(0x50, 0)], [statuses[1] as DmaBuffer], 'write');
    work();
    expect(seen).toEqual([]);
    expect(bytes[(statuses[0] as DmaBuffer).addr]).toBe(ERR);
    expect(bytes[(statuses[1] as DmaBuffer).addr + 3]).toBe(ERR);
  });

  it('refuses reserved flags and leaves a write buffer as it was', async () => {
    const { driver, bytes, alloc, header, work } = await i2cRing();
    const data = alloc(4, 0x11);
    const status = alloc(1);
    driver.addBuf([header(0x50, 0x100), data], [status], 'reserved');
    work();
    expect(seen).toEqual([]);
    expect(bytes[status.addr]).toBe(ERR);
    expect([...bytes.subarray(data.addr, data.addr + 4)]).toEqual([0x11, 0x11, 0x11, 0x11]);
  });

  it('runs a FAIL_NEXT group as one transaction and fails all of it when one is malformed', async () => {
    const { driver, bytes, alloc, header, work } = await i2cRing();
    const good = alloc(1);
    const bad = alloc(1);
    driver.addBuf([header(0x50, FAIL_NEXT), alloc(2)], [good], 'first');
    driver.addBuf([header(0x50, M_RD), alloc(2)], [bad], 'second');
    work();
    expect(seen).toEqual([]);
    expect([bytes[good.addr], bytes[bad.addr]]).toEqual([ERR, ERR]);
  });

  it('carries out a group without an end after its grace, and works on', async () => {
    const { driver, alloc, header, work, device } = await i2cRing();
    driver.addBuf([header(0x50, FAIL_NEXT), alloc(2)], [alloc(1)], 'open end');
    expect(work()).toEqual([]);
    const due = device.processQueue(0);
    expect(due).toBeLessThan(performance.now() + 1000);
    while (performance.now() < due);
    expect(work().map(([token]) => token)).toEqual(['open end']);
    expect(seen).toEqual(['50:2']);
  });

  it('fails the rest of a group whose first part failed, and runs the next group', async () => {
    const { driver, bytes, alloc, header, work, device } = await i2cRing();
    const offer = (addr: number, flags: number) => {
      const status = alloc(1);
      driver.addBuf([header(addr, flags), alloc(2)], [status], 'part');
      return status;
    };
    const waited = () => {
      work();
      const due = device.processQueue(0);
      while (performance.now() < due);
      work();
    };
    const first = offer(NOBODY, FAIL_NEXT);
    waited();
    const rest = [offer(0x50, FAIL_NEXT), offer(0x50, 0)];
    work();
    expect([first, ...rest].map(({ addr }) => bytes[addr])).toEqual([ERR, ERR, ERR]);
    expect(seen).toEqual([]);
    const next = offer(0x50, 0);
    work();
    expect([bytes[next.addr], seen]).toEqual([OK, ['50:2']]);
  });

  it('works on after all of that', async () => {
    const { driver, bytes, alloc, header, work } = await i2cRing();
    driver.addBuf([alloc(1)], [alloc(1)], 'bad');
    const status = alloc(1);
    driver.addBuf([header(0x51, 0), alloc(2)], [status], 'good');
    expect(work().map(([token]) => token)).toEqual(['bad', 'good']);
    expect(bytes[status.addr]).toBe(OK);
  });
});

describe('virtio-spi requests from a driver that cannot be trusted', () => {
  const PARAM_ERR = 1;

  function head(bytes: Uint8Array, place: DmaBuffer, fields: Record<number, number>): void {
    bytes.fill(0, place.addr, place.addr + SPI_HEAD_BYTES);
    bytes[place.addr + 1] = 8;
    bytes[place.addr + 2] = 1;
    for (const [offset, value] of Object.entries(fields)) bytes[place.addr + Number(offset)] = value;
  }

  it.each([
    ['bits_per_word 0', { 1: 0 }],
    ['bits_per_word 33', { 1: 33 }],
    ['a chip select beyond the last', { 0: 1 }],
    ['an unknown mode bit', { 8: 0x20 }],
    ['cs_change 2', { 2: 2 }],
    ['3 data lines', { 3: 3 }],
    ['a longer pause between words than there is', { 16: 1 }],
    ['a longer set-up of the chip select than there is', { 20: 1 }],
    ['a longer hold of the chip select than there is', { 24: 1 }],
    ['a longer pause without chip select than there is', { 28: 1 }],
  ])('answers %s with PARAM_ERR in `result`, and nowhere else', async (_what, fields) => {
    const { driver, bytes, alloc, work } = await spiRing();
    const place = alloc(SPI_HEAD_BYTES);
    head(bytes, place, fields);
    const rx = alloc(4);
    const result = alloc(1);
    driver.addBuf([place, alloc(4)], [rx, result], 'bad');
    work();
    expect(bytes[result.addr]).toBe(PARAM_ERR);
    expect([...bytes.subarray(rx.addr, rx.addr + 4)]).toEqual([UNTOUCHED, UNTOUCHED, UNTOUCHED, UNTOUCHED]);
    expect(seen).toEqual([]);
  });

  it('answers lengths that differ with PARAM_ERR', async () => {
    const { driver, bytes, alloc, work } = await spiRing();
    const place = alloc(SPI_HEAD_BYTES);
    head(bytes, place, {});
    const result = alloc(1);
    driver.addBuf([place, alloc(4)], [alloc(5), result], 'uneven');
    work();
    expect(bytes[result.addr]).toBe(PARAM_ERR);
  });

  it('gives a head cut short back and carries the next request', async () => {
    const { driver, bytes, alloc, work } = await spiRing();
    const place = alloc(SPI_HEAD_BYTES);
    head(bytes, place, {});
    driver.addBuf([{ addr: place.addr, len: 31 }], [alloc(1)], 'short');
    const result = alloc(1);
    driver.addBuf([place, alloc(4)], [result], 'good');
    expect(work().map(([token]) => token)).toEqual(['short', 'good']);
    expect(bytes[result.addr]).toBe(OK);
    expect(seen).toEqual(['spi:1']);
  });
});
