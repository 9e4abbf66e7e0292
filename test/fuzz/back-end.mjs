// Fuzzer of the BE drivers: devices 34, 41 and 45. On the compiled package: `npm run build` first.
//
//   node test/fuzz/back-end.mjs [REQUESTS or SECONDSs] [SEED]
//
// The ring is honest here (`virtio.mjs` lies about it); what is in the requests is not: sizes, cuts, fields.
// Whatever is in them, no driver may throw, change what it may only read, say that it wrote more than there was
// room for, or keep a request; a buffer for a GPIO's interrupt comes back when the device is reset at the latest.

import { pathToFileURL } from 'node:url';
import { GpioLines, VirtioGpioDevice } from '../../dist/src/backend/gpio.js';
import { Client, ResourceManager, VirtioI2cDevice, VirtioSpiDevice } from '../../dist/src/backend/index.js';
import {
  allocateQueueAreas,
  createDeviceQueue,
  createDriverQueue,
  DmaAllocator,
  GuestMemory,
} from '../../dist/src/virtio/index.js';
import { SPI_CAPABILITIES } from './async-host.mjs';
import { limitOf } from './limit.mjs';
import { FuzzError, must, randomFrom } from './random.mjs';

const MEMORY_BYTES = 1 << 18;
const QUEUE_SIZE = 64;
const DATA = 0x4000;
const EVENT_DATA = 0x2_0000;
const GPIO_LINES = 5;
const EVENTQ = 1;

const I2C = {
  description: 'fuzzed',
  functionality: 1,
  transfer(messages) {
    for (const { flags, buf } of messages) if (flags & 1) buf.fill(0x5a);
  },
};
const SPI = {
  description: 'fuzzed',
  capabilities: SPI_CAPABILITIES,
  transfer(_chipSelect, _mode, transfers) {
    for (const { rx } of transfers) rx?.fill(0xa5);
  },
  deselect() {},
};

/** One device and a driver whose queues are honest and whose requests are not. */
class Target {
  constructor(random, device, queues, request, around = () => {}) {
    Object.assign(this, { random, device, request, around });
    this.buffer = new SharedArrayBuffer(MEMORY_BYTES);
    this.bytes = new Uint8Array(this.buffer);
    const memory = GuestMemory.over(this.buffer);
    const dma = new DmaAllocator(0x1000, DATA - 0x1000);
    this.queues = Array.from({ length: queues }, () => {
      const config = { ...allocateQueueAreas(dma, QUEUE_SIZE, 0), size: QUEUE_SIZE, features: 0 };
      return { driver: createDriverQueue(memory, config), device: createDeviceQueue(memory, config) };
    });
    this.start();
  }

  start() {
    must(this.device.acceptFeatures(1 + 2 ** 32), 'the device refuses its own features');
    this.device.activate(
      this.queues.map(({ device }) => device),
      () => {},
    );
  }

  /** Cuts `length` bytes from `at` on into pieces. */
  pieces(at, length) {
    const pieces = [];
    for (let done = 0; done < length; ) {
      const len = Math.min(length - done, 1 + this.random(this.random(3) === 0 ? 3 : 64));
      pieces.push({ addr: at + done, len });
      done += len;
      if (pieces.length === 8) {
        pieces.at(-1).len += length - done;
        break;
      }
    }
    return pieces;
  }

  round() {
    const { random, bytes, queues } = this;
    const index = random(queues.length);
    const { driver } = queues[index];
    // Buffers of the eventq stay out, and are written when something else is in its place.
    let at = index === EVENTQ ? EVENT_DATA : DATA;
    let looked = 0;
    for (let n = 1 + random(6); n > 0; n--) {
      const [content, writable] = this.request(index, n === 1);
      if (random(8) === 0) content.splice(random(content.length + 1), random(4));
      if (random(8) === 0)
        for (let i = random(3); i > 0; i--) content[random(content.length || 1)] = random(256);
      const copy = Uint8Array.from(content);
      bytes.set(copy, at);
      const readable = this.pieces(at, copy.length);
      const room = this.pieces(at + copy.length, writable);
      if (readable.length + room.length === 0) continue;
      if (!driver.addBuf(readable, room, { at, copy, writable })) break;
      at += copy.length + writable;
      looked++;
    }
    driver.kickPrepare();
    let due = this.device.processQueue(index);
    this.around();
    this.harvest();
    // What waits for the end of its group is carried out without it.
    while (index !== EVENTQ && driver.inFlight > 0) {
      while (performance.now() < due);
      due = this.device.processQueue(index);
      this.harvest();
      must(driver.inFlight === 0 || due < Number.POSITIVE_INFINITY, 'a request is kept for ever');
    }
    if (random(40) === 0) this.restart();
    return looked;
  }

  harvest() {
    for (const { driver } of this.queues) {
      for (let token = driver.getBuf(); token !== undefined; token = driver.getBuf()) {
        must(driver.usedLength <= token.writable, 'more is said to be written than there was room for');
        // By now another request of its queue has its place.
        if (driver === this.queues[EVENTQ]?.driver) continue;
        const now = this.bytes.subarray(token.at, token.at + token.copy.length);
        must(
          token.copy.every((byte, i) => byte === now[i]),
          'what may only be read was changed',
        );
      }
      must(driver.broken === undefined, `the ring was broken: ${driver.broken}`);
    }
  }

  restart() {
    this.device.reset();
    for (const { driver, device } of this.queues) {
      device.reset();
      while (driver.detachUnused() !== undefined);
      driver.reset();
    }
    this.start();
  }
}

function targets(random, manager) {
  const client = new Client('fuzz');
  const host = (buses) => ({ description: 'fuzzed', synchronous: true, ...buses, open() {}, close() {} });
  const i2c = manager.addI2cBus('/i2c', host({ i2c: I2C }), I2C);
  const spi = manager.addSpiBus('/spi', host({ spi: SPI }), SPI);
  const lines = new GpioLines(
    '/gpio',
    Array.from({ length: GPIO_LINES }, (_, line) => (line % 2 ? '' : `line ${line}`)),
  );
  const bytes = (length) => Array.from({ length }, () => random(256));

  const i2cRequest = (_queue, last) => {
    const length = random(3) === 0 ? 0 : random(40);
    const reading = random(2);
    const address = random(4) === 0 ? random(0x10000) : random(128) << 1;
    const flags = (reading ? 2 : 0) | (last || random(3) > 0 ? 0 : 1) | (random(20) === 0 ? 4 : 0);
    const header = [address & 0xff, address >> 8, 0, 0, flags, 0, 0, 0];
    return reading ? [header, length + 1] : [[...header, ...bytes(length)], random(20) === 0 ? 0 : 1];
  };
  const spiRequest = () => {
    const length = random(40);
    const head = Array(32).fill(0);
    head[0] = random(3);
    head[1] = random(6) === 0 ? random(256) : 8;
    head[2] = random(2);
    head[8] = random(4) === 0 ? random(32) : 0;
    if (random(6) === 0) head[random(32)] = random(256);
    const kind = random(4);
    const tx = kind === 0 ? [] : bytes(length);
    const rx = kind === 1 ? 0 : random(10) === 0 ? random(50) : length;
    return [[...head, ...tx], rx + (random(20) === 0 ? 0 : 1)];
  };
  const gpioRequest = (queue) => {
    const line = random(GPIO_LINES + 1);
    if (queue === EVENTQ) return [[line, 0], random(10) === 0 ? random(4) : 1];
    const values = [0, 1, 2, 3, 4, 8, random(256)];
    const request = [random(8), 0, line, 0, values[random(values.length)], 0, 0, 0];
    return [request, random(6) === 0 ? random(60) : 2];
  };
  /** What is wired to the lines moves. */
  const wires = () => {
    for (let n = random(4); n > 0; n--) lines.drive(random(GPIO_LINES), lines, random(2) === 0);
  };
  return [
    new Target(random, new VirtioI2cDevice(manager, i2c, client), 1, i2cRequest),
    new Target(random, new VirtioSpiDevice(manager, spi, client), 1, spiRequest),
    new Target(random, new VirtioGpioDevice(lines, client), 2, gpioRequest, wires),
    // Two guests on one controller.
    new Target(random, new VirtioGpioDevice(lines, new Client('other')), 2, gpioRequest, wires),
  ];
}

/**
 * Runs until `requests` were made or `seconds` are over.
 * @returns {Promise<{requests: number, seconds: number, seed: number}>} @throws {FuzzError} with the seed in it
 */
export async function fuzzBackEnd({
  requests = Number.POSITIVE_INFINITY,
  seconds = Number.POSITIVE_INFINITY,
  seed,
}) {
  const random = randomFrom(seed);
  const manager = new ResourceManager();
  const all = targets(random, manager);
  await manager.open();
  const start = performance.now();
  let made = 0;
  try {
    while (made < requests && performance.now() < start + seconds * 1000) {
      const target = all[random(all.length)];
      for (let i = 0; i < 50; i++) made += target.round();
    }
  } catch (error) {
    throw new FuzzError(`back-end, seed ${seed}, after ${made} requests: ${error.message}`, { cause: error });
  }
  await manager.close();
  return { requests: made, seconds: (performance.now() - start) / 1000, seed };
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const limit = limitOf();
  const { requests, seconds } = await fuzzBackEnd({ ...limit, requests: limit.count });
  console.log(`back-end: ${requests} requests in ${seconds.toFixed(1)} s, seed ${limit.seed}`);
}
