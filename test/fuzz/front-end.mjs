// Fuzzer of the vhost-user front-end, on the compiled package: `npm run build` first.
//
//   node test/fuzz/front-end.mjs [COUNT | SECONDSs] [SEED]
//
// The back-end answers what an honest one might, with some of it changed: requests, flags, sizes, payloads, files. It
// writes into the used ring and over the descriptors, tries to make the memory shorter, rings at wrong times, makes
// doorbells block, and closes when it likes. Whatever it does, the front-end ends with an error of its own kind, in
// time; it gives back no request that it did not make, and keeps no file.

import { ftruncateSync, readdirSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import {
  createMemfd,
  EventFd,
  FdChannel,
  Mapping,
  OsError,
  setNonBlocking,
  unixSocketPair,
} from '../../dist/src/os/index.js';
import { VhostUserError, VhostUserFrontEnd } from '../../dist/src/transport/index.js';
import { decodePayload, encodeMessage, u64 } from '../../dist/src/transport/vhost-user/messages/message.js';
import { REQUEST, REQUEST_FORMATS } from '../../dist/src/transport/vhost-user/messages/protocol.js';
import {
  allocateQueueAreas,
  createDeviceQueue,
  createDriverQueue,
  DmaAllocator,
  DmaError,
  driverOk,
  featureSet,
  GuestMemory,
  NegotiationError,
  negotiate,
  VIRTIO_F,
} from '../../dist/src/virtio/index.js';
import { limitOf } from './limit.mjs';
import { FuzzError, must, randomFrom } from './random.mjs';

const HEADER_BYTES = 12;
const NEED_REPLY = 8;
const REPLY = 4;
const QUEUE_SIZE = 8;
const MEMORY_BYTES = 1 << 16;
/** Nothing takes as long: the front-end waits 20 ms for an answer. */
const MOST_MS = 5000;
const ALLOWED = [OsError, VhostUserError, NegotiationError, DmaError, RangeError];

/** A back-end that lies. */
class Liar {
  constructor(random, socket) {
    this.random = random;
    /** How seldom it lies: those that lie at once are found out before they get anywhere. */
    this.rarely = [3, 12, 48, 200][random(4)];
    this.channel = new FdChannel(socket, 8192);
    setNonBlocking(socket.fd);
    this.filled = 0;
    this.files = [];
    this.open = true;
  }

  lies(times = 1) {
    return this.random(this.rarely * times) === 0;
  }

  /** Looks at what came, answers it, and does mischief. */
  serve() {
    if (!this.open) return;
    try {
      this.receive();
      this.scribble();
    } catch (error) {
      if (!(error instanceof OsError)) throw error;
      this.close();
    }
  }

  receive() {
    for (;;) {
      const got = this.channel.receive(this.filled, 4096 - this.filled);
      if (got === undefined) return;
      if (got.length === 0) return this.close();
      this.files.push(...got.files);
      this.filled += got.length;
      const { data } = this.channel;
      const view = new DataView(data.buffer, 0, this.filled);
      let at = 0;
      while (this.filled - at >= HEADER_BYTES) {
        const [request, flags, size] = [0, 4, 8].map((offset) => view.getUint32(at + offset, true));
        if (this.filled - at < HEADER_BYTES + size) break;
        const payload = new DataView(data.buffer.slice(at + HEADER_BYTES, at + HEADER_BYTES + size));
        this.answer(request, flags, payload);
        if (!this.open) return;
        at += HEADER_BYTES + size;
      }
      data.copyWithin(0, at, this.filled);
      this.filled -= at;
    }
  }

  answer(request, flags, payload) {
    const format = REQUEST_FORMATS.get(request);
    if (request === REQUEST.SET_MEM_TABLE) this.map(decodePayload(format.payload, payload).regions[0]);
    if (request === REQUEST.SET_FEATURES)
      this.features = payload.getUint32(0, true) + 2 ** 32 * (payload.getUint32(4, true) & 0x1f_ffff);
    if (request === REQUEST.SET_VRING_NUM) this.size = payload.getUint32(4, true);
    if (request === REQUEST.SET_VRING_ADDR) this.areas = decodePayload(format.payload, payload);
    if (request === REQUEST.SET_VRING_KICK) this.kick = new EventFd(this.files.pop());
    if (request === REQUEST.SET_VRING_CALL) this.call = new EventFd(this.files.pop());
    if (this.lies(20)) return this.close();
    if (format.reply === 'none') {
      if ((flags & NEED_REPLY) !== 0) this.send(request, u64(this.lies(4) ? 1 : 0));
      return;
    }
    this.send(request, this.honest(request, format, payload));
  }

  honest(request, format, payload) {
    switch (request) {
      case REQUEST.GET_FEATURES:
        return u64(
          featureSet(0, 30, 32, ...[28, 29, 34, 35].filter(() => this.random(2) === 0)) +
            (this.lies(4) ? 2 ** 40 : 0),
        );
      case REQUEST.GET_PROTOCOL_FEATURES:
        return u64(featureSet(3, ...[0, 9, 12, 13, 16].filter(() => this.random(2) === 0)));
      case REQUEST.GET_QUEUE_NUM:
        return u64(1 + this.random(3));
      case REQUEST.GET_INFLIGHT_FD:
        this.inflight = createMemfd('liar-inflight', 4096);
        return {
          kind: 'inflight',
          mmapSize: 4096,
          mmapOffset: 0,
          queues: 1,
          queueSize: QUEUE_SIZE,
          padded: true,
        };
      default:
        return format.payload === format.reply ? decodePayload(format.reply, payload) : u64(this.random(4));
    }
  }

  map(region) {
    const [file] = this.files.splice(0);
    if (file === undefined || this.memory !== undefined) return file?.close();
    this.region = region;
    this.memory = file;
    this.mapping = new Mapping(file.fd, MEMORY_BYTES);
    this.view = new DataView(this.mapping.view());
  }

  send(request, payload) {
    const view = new DataView(this.channel.data.buffer, 4096);
    let length = encodeMessage(
      view,
      this.lies(8) ? this.random(48) : request,
      this.lies(8) ? this.random(16) : REPLY,
      payload,
    );
    if (this.lies(2)) view.setUint8(this.random(length), this.random(256));
    if (this.lies(8)) length = 1 + this.random(length);
    const files = this.inflight === undefined || this.lies(8) ? [] : [this.inflight.fd];
    if (this.lies(8) && this.memory !== undefined) files.push(this.memory.fd);
    this.channel.send(4096, length, files);
    this.inflight?.close();
    this.inflight = undefined;
  }

  /** The device's end of the queue, as an honest back-end would have it. */
  makeQueue() {
    const { guestAddress, userAddress } = this.region;
    const at = (user) => user - userAddress + guestAddress;
    const { descriptor, available, used } = this.areas;
    const areas = { descriptor: at(descriptor), driver: at(available), device: at(used) };
    const memory = GuestMemory.over(this.view.buffer, guestAddress);
    this.queue = createDeviceQueue(memory, { ...areas, size: this.size, features: this.features });
  }

  /** Answers requests, with a lie now and then. */
  work() {
    if (this.queue === undefined && this.kick !== undefined && this.areas !== undefined) this.makeQueue();
    for (let chain = this.queue?.pop(); chain !== undefined; chain = this.queue.pop()) {
      if (this.lies(2)) chain.head = this.random(QUEUE_SIZE);
      this.queue.pushUsed(chain, this.random(32));
    }
    this.call?.signal();
  }

  /** Writes into the rings what does not belong there, and rings. */
  scribble() {
    const { random, view } = this;
    if (view === undefined) return;
    this.work();
    if (this.lies(2)) {
      try {
        ftruncateSync(this.memory.fd, random(100));
        throw new FuzzError('the back-end made the front-end’s memory shorter');
      } catch (error) {
        if (error.code !== 'EPERM') throw error;
      }
    }
    for (let i = this.lies() ? random(4) : 0; i > 0; i--) {
      const at = 4 * random(0x200);
      view.setUint32(
        at,
        [0, 1, 0xffff_ffff, random(65536), 0x8080_0000, view.getUint32(at, true) + 1][random(6)],
        true,
      );
    }
    if (this.lies(8)) setNonBlocking(this.kick?.fd ?? this.memory.fd, false);
    if (random(2) === 0) this.call?.signal();
  }

  close() {
    this.open = false;
    this.mapping?.unmap();
    this.view = undefined;
    this.queue = undefined;
    for (const file of [this.channel, this.memory, this.kick, this.call, this.inflight, ...this.files])
      file?.close();
  }
}

/** How far the sessions came: one that is found out at once proves nothing. */
const counts = { started: 0, answered: 0 };

/** What one driver does with one back-end. */
async function session(random) {
  let liar;
  const connect = () => {
    const [ours, theirs] = unixSocketPair();
    liar?.close();
    liar = new Liar(random, theirs);
    return ours;
  };
  let frontEnd;
  try {
    frontEnd = new VhostUserFrontEnd({
      connect,
      deviceId: 34,
      memoryBytes: MEMORY_BYTES,
      timeoutMs: 20,
      reconnectMs: random(2) === 0 ? 0 : Number.POSITIVE_INFINITY,
      serve: () => liar.serve(),
    });
    const wanted = featureSet(0, ...[28, 29, 34, 35].filter(() => random(2) === 0), VIRTIO_F.VERSION_1);
    const features = negotiate(frontEnd, wanted);
    frontEnd.readConfig(random(32), random(64));
    const dma = new DmaAllocator(frontEnd.dmaRange.address, frontEnd.dmaRange.size);
    const config = { size: QUEUE_SIZE, features, ...allocateQueueAreas(dma, QUEUE_SIZE, features) };
    const queue = createDriverQueue(frontEnd.memory, config, dma);
    frontEnd.setupQueue(0, config);
    driverOk(frontEnd);
    await requests(frontEnd, queue, dma, random);
  } catch (error) {
    if (!ALLOWED.some((kind) => error instanceof kind)) throw error;
  } finally {
    frontEnd?.close();
    liar?.close();
  }
}

async function requests(frontEnd, queue, dma, random) {
  const out = new Set();
  counts.started++;
  for (let i = 0; i < 40 && !frontEnd.gone && queue.broken === undefined; i++) {
    const buffers = Array.from({ length: 1 + random(3) }, () => ({ addr: dma.alloc(8), len: 8 }));
    if (queue.addBuf(buffers.slice(0, 1), buffers.slice(1), i)) out.add(i);
    queue.kick(() => frontEnd.notify(0));
    const seen = frontEnd.calls(0);
    if (random(4) === 0) frontEnd.waitSync(0, seen, 2);
    else if (random(8) === 0) await frontEnd.wait(0, seen, 2);
    for (let token = queue.getBuf(); token !== undefined; token = queue.getBuf()) {
      counts.answered++;
      must(out.delete(token), `request ${token} was given back and was not out`);
      must(queue.usedLength <= 24, `a request of 24 bytes was given back with ${queue.usedLength}`);
    }
  }
}

const openFiles = () => readdirSync('/proc/self/fd').length;

/** @returns how many sessions there were, how many of them ran a queue, and how many requests were given back */
export async function fuzzFrontEnd({
  sessions = Number.POSITIVE_INFINITY,
  seconds = Number.POSITIVE_INFINITY,
  seed,
}) {
  const end = performance.now() + 1000 * seconds;
  let count = 0;
  let files = 0;
  for (; count < sessions && performance.now() < end; count++) {
    const random = randomFrom(seed + 7919 * count);
    for (let i = 0; i < 8; i++) random(2);
    const begin = performance.now();
    try {
      await session(random);
      must(performance.now() - begin < MOST_MS, `it took ${Math.round(performance.now() - begin)} ms`);
      // The first sessions load what stays loaded.
      if (count === 20) files = openFiles();
      if (count > 20) must(openFiles() <= files + 2, `${openFiles() - files} files more are open`);
    } catch (error) {
      throw new FuzzError(`session ${count} of seed ${seed}: ${error.stack}`, { cause: error });
    }
  }
  return { sessions: count, ...counts };
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const { count, seconds, seed } = limitOf();
  const { sessions, started, answered } = await fuzzFrontEnd({ sessions: count, seconds, seed });
  console.log(
    `front-end: ${sessions} sessions, ${started} with a queue, ${answered} requests given back, seed ${seed}`,
  );
}
