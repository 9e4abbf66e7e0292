// Fuzzer of the BE drivers and the resource manager before hosts that answer later. `npm run build` first.
//
//   node test/fuzz/async-hosts.mjs [REQUESTS or SECONDSs] [SEED]
//
// Two hosts, an I2C and an SPI bus on each, three guests on each bus. Hosts answer at once, in a moment, late, twice,
// never, with any error or with what is none, and write where they were told to read into after the answer. Guests are
// honest, and some of them restart while requests are under way. Every request comes back once; what is said to have
// been read is what the host gave; a host has one transfer at a time; and after a restart nothing is written for what
// was asked before it.

import { setImmediate as turn } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { Client, ResourceManager, VirtioI2cDevice, VirtioSpiDevice } from '../../dist/src/backend/index.js';
import { BusFault } from '../../dist/src/bus/index.js';
import {
  allocateQueueAreas,
  createDeviceQueue,
  createDriverQueue,
  DmaAllocator,
  GuestMemory,
} from '../../dist/src/virtio/index.js';
import { AsyncHost, byteAt } from './async-host.mjs';
import { limitOf } from './limit.mjs';
import { FuzzError, must, randomFrom } from './random.mjs';

const MEMORY_BYTES = 1 << 16;
const QUEUE_SIZE = 32;
const DATA = 0x4000;
const SLOT = 256;
const GUESTS = 3;
/** Nobody waits longer for one request, on a machine that has other work. */
const STUCK_MS = 60_000;
const QUICK = { abortGraceMs: 3, openLimitMs: 20, reopenIntervalMs: 2, holdLimitMs: 10 };

class Guest {
  free = Array.from({ length: QUEUE_SIZE / 2 }, (_, slot) => DATA + slot * SLOT);
  done = 0;
  since = performance.now();
  #due = Number.POSITIVE_INFINITY;
  /** What lies in memory while the device is reset, and until when nothing may change it. */
  #quiet;

  constructor(random, device, request) {
    Object.assign(this, { random, device, request });
    this.buffer = new SharedArrayBuffer(MEMORY_BYTES);
    this.bytes = new Uint8Array(this.buffer);
    const memory = GuestMemory.over(this.buffer);
    const config = {
      ...allocateQueueAreas(new DmaAllocator(0x1000, DATA - 0x1000), QUEUE_SIZE, 0),
      size: QUEUE_SIZE,
      features: 0,
    };
    this.queues = { driver: createDriverQueue(memory, config), device: createDeviceQueue(memory, config) };
    this.#start();
  }

  #start() {
    must(this.device.acceptFeatures(1 + 2 ** 32), 'the device refuses its own features');
    this.device.activate([this.queues.device], () => {});
    this.#due = Number.POSITIVE_INFINITY;
    this.since = performance.now();
  }

  get pending() {
    return this.queues.driver.inFlight;
  }

  step(asks) {
    if (this.#quiet !== undefined) {
      this.#whileQuiet();
      return;
    }
    const { random } = this;
    for (let n = asks ? 1 + random(4) : 0; n > 0 && this.free.length > 0; n--) this.#ask(n === 1);
    this.queues.driver.kickPrepare();
    if (asks || performance.now() >= this.#due) this.#due = this.device.processQueue(0);
    this.#harvest();
    if (asks && random(300) === 0) this.#stop();
  }

  #ask(last) {
    const at = this.free.pop();
    const { content, room, answers } = this.request(this.random, last);
    const copy = Uint8Array.from(content);
    this.bytes.set(copy, at);
    const readable = [{ addr: at, len: copy.length }];
    const writable = [{ addr: at + copy.length, len: room }];
    const token = { at, copy, room, answers };
    must(this.queues.driver.addBuf(readable, writable, token), 'no room in an honest ring');
  }

  #harvest() {
    const { driver } = this.queues;
    for (let token = driver.getBuf(); token !== undefined; token = driver.getBuf()) {
      const { at, copy, room, answers } = token;
      must(driver.usedLength <= room, 'more is said to be written than there was room for');
      const answer = this.bytes.subarray(at + copy.length, at + copy.length + room);
      must(
        copy.every((byte, i) => byte === this.bytes[at + i]),
        'what may only be read was changed',
      );
      answers(answer);
      this.free.push(at);
      this.done++;
      this.since = performance.now();
    }
    must(driver.broken === undefined, `the ring was broken: ${driver.broken}`);
    must(this.pending === 0 || performance.now() - this.since < STUCK_MS, 'a request did not come back');
    if (this.pending === 0) this.since = performance.now();
  }

  /** Resets the device in the midst of it all. */
  #stop() {
    this.device.reset();
    this.#quiet = { memory: this.bytes.slice(), turns: 20 };
  }

  #whileQuiet() {
    must(
      Buffer.compare(this.#quiet.memory, this.bytes) === 0,
      'memory was written after the device was reset',
    );
    if (--this.#quiet.turns > 0) return;
    this.#quiet = undefined;
    const { driver, device } = this.queues;
    device.reset();
    for (let token = driver.detachUnused(); token !== undefined; token = driver.detachUnused()) {
      this.free.push(token.at);
      this.done++;
    }
    driver.reset();
    this.#start();
  }
}

function i2cRequest(random, last) {
  const address = 0x08 + random(0x70);
  const length = 1 + random(40);
  const flags = last || random(3) > 0 ? 0 : 1;
  const header = (more) => [(address << 1) & 0xff, 0, 0, 0, flags | more, 0, 0, 0];
  if (random(2) === 0) {
    const answers = ([status]) => must(status <= 1, `a status of ${status}`);
    return { content: [...header(0), ...Array.from({ length }, () => random(256))], room: 1, answers };
  }
  const answers = (answer) => {
    if (answer[length] !== 0) return;
    for (let i = 0; i < length; i++) must(answer[i] === byteAt(address, i), 'not what the host has read');
  };
  return { content: header(2), room: length + 1, answers };
}

function spiRequest(random) {
  const length = 1 + random(40);
  const content = Array(32).fill(0);
  content[0] = random(2);
  content[1] = 8;
  content[2] = random(4) === 0 ? 1 : 0;
  for (let i = 0; i < length; i++) content.push(random(256));
  const answers = (answer) => {
    if (answer[length] === 0)
      must(
        answer.subarray(0, length).every((byte) => byte === 0xa5),
        'not what was read',
      );
  };
  return { content, room: length + 1, answers };
}

/**
 * Runs until `requests` came back or `seconds` are over.
 * @returns {Promise<{requests: number, transfers: number, seconds: number, seed: number}>}
 * @throws {FuzzError} with the seed in it
 */
export async function fuzzAsyncHosts({
  requests = Number.POSITIVE_INFINITY,
  seconds = Number.POSITIVE_INFINITY,
  seed,
}) {
  const random = randomFrom(seed);
  const manager = new ResourceManager(QUICK);
  const hosts = [];
  const guests = [];
  for (const name of ['a', 'b']) {
    const host = new AsyncHost(name, random, BusFault);
    const options = { timeoutMs: 6, nsPerByte: 0 };
    const i2c = manager.addI2cBus(`/i2c-${name}`, host, host.i2c, options);
    const spi = manager.addSpiBus(`/spi-${name}`, host, host.spi, options);
    hosts.push(host);
    for (let i = 0; i < GUESTS; i++) {
      const client = new Client(`${name}${i}`);
      guests.push(new Guest(random, new VirtioI2cDevice(manager, i2c, client), i2cRequest));
      guests.push(new Guest(random, new VirtioSpiDevice(manager, spi, client), spiRequest));
    }
  }
  const start = performance.now();
  const made = () => guests.reduce((sum, { done }) => sum + done, 0);
  try {
    while (made() < requests && performance.now() < start + seconds * 1000) {
      for (const guest of guests) guest.step(random(2) === 0);
      for (const { overlaps } of hosts) must(overlaps === 0, 'a host had two transfers at once');
      await turn();
    }
    while (guests.some(({ pending }) => pending > 0)) {
      for (const guest of guests) guest.step(false);
      await turn();
    }
  } catch (error) {
    throw new FuzzError(`asynchronous hosts, seed ${seed}, after ${made()} requests: ${error.message}`, {
      cause: error,
    });
  }
  await manager.close();
  const transfers = hosts.reduce((sum, { calls }) => sum + calls, 0);
  return { requests: made(), transfers, seconds: (performance.now() - start) / 1000, seed };
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const limit = limitOf();
  const found = await fuzzAsyncHosts({ ...limit, requests: limit.count });
  console.log(
    `async-hosts: ${found.requests} requests in ${found.transfers} transfers, ${found.seconds.toFixed(1)} s, seed ${found.seed}`,
  );
}
