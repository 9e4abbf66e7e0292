// Fuzzer of the vhost-user back-end, on the compiled package: `npm run build` first.
//
//   node test/fuzz/vhost-user.mjs [COUNT | SECONDSs] [SEED]     node test/fuzz/vhost-user.mjs 100000
//                                                               node test/fuzz/vhost-user.mjs 60s 1234
//
// Front-ends connect and send what an honest one might, with some of it changed: requests, flags, sizes,
// payloads, descriptors of the wrong kind or number, order, memory and rings under the device's hands, an end
// in the middle of it all. None may make the back-end throw, keep a descriptor or a mapping, or disturb the
// honest front-end beside it, whose every transfer must come out right.

import { readdirSync, readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { unixSocketPair } from '../../dist/src/os/index.js';
import { EventLoop, VhostUserFrontEnd } from '../../dist/src/transport/index.js';
import { VhostUserConnection } from '../../dist/src/transport/vhost-user/connection/connection.js';
import { decodePayload } from '../../dist/src/transport/vhost-user/messages/message.js';
import { REQUEST, REQUEST_FORMATS } from '../../dist/src/transport/vhost-user/messages/protocol.js';
import {
  allocateQueueAreas,
  createDriverQueue,
  DmaAllocator,
  driverOk,
  featureSet,
  negotiate,
  VIRTIO_F,
} from '../../dist/src/virtio/index.js';
import { limitOf } from './limit.mjs';
import { FuzzError, must, randomFrom } from './random.mjs';
import { Device } from './vhost-user-device.mjs';
import { Liar } from './vhost-user-liar.mjs';

const REQUESTS = Object.values(REQUEST);
const KINDS = [...new Set([...REQUEST_FORMATS.values()].flatMap(({ payload, reply }) => [payload, reply]))];

/** A front-end that behaves, in the same loop: proof that the others do not disturb it. */
class Honest {
  constructor(loop) {
    const device = new Device(() => 1, 34);
    this.frontEnd = new VhostUserFrontEnd({
      deviceId: 34,
      serve: () => loop.poll(),
      connect: () => {
        const [ours, theirs] = unixSocketPair();
        this.backEnd = new VhostUserConnection(theirs, device, loop);
        return ours;
      },
    });
    const { frontEnd } = this;
    const features = negotiate(frontEnd, featureSet(0, VIRTIO_F.VERSION_1, VIRTIO_F.EVENT_IDX), 1);
    const dma = new DmaAllocator(frontEnd.dmaRange.address, frontEnd.dmaRange.size);
    const config = { ...allocateQueueAreas(dma, 16, features), size: 16, features };
    this.queue = createDriverQueue(frontEnd.memory, config, dma);
    frontEnd.setupQueue(0, config);
    driverOk(frontEnd);
    this.room = { addr: dma.alloc(8), len: 8 };
    this.bytes = frontEnd.memory.slice(this.room.addr, 8);
  }
  check() {
    this.bytes.fill(0);
    this.queue.addBuf([], [this.room], 1);
    this.queue.kick(() => this.frontEnd.notify(0));
    must(this.queue.getBuf() === 1, 'the honest front-end gets no answer');
    must(this.bytes.join() === '7,7,7,7,7,7,7,0', `the honest front-end gets ${this.bytes}`);
  }
  close() {
    this.frontEnd.close();
    this.backEnd.close();
  }
}

/** The messages with which a front-end begins, in their order. */
export const START = [
  REQUEST.SET_OWNER,
  REQUEST.SET_PROTOCOL_FEATURES,
  REQUEST.SET_FEATURES,
  REQUEST.SET_MEM_TABLE,
  REQUEST.SET_VRING_NUM,
  REQUEST.SET_VRING_BASE,
  REQUEST.SET_VRING_ADDR,
  REQUEST.SET_VRING_CALL,
  REQUEST.SET_VRING_KICK,
  REQUEST.SET_VRING_ENABLE,
];

function session(loop, random) {
  const liar = new Liar(loop, random);
  const requests = random(8) === 0 ? [] : [...START];
  if (random(2) === 0) requests.splice(4, 0, REQUEST.SET_INFLIGHT_FD);
  for (let i = random(12); i > 0; i--) {
    requests.splice(random(requests.length + 1), 0, REQUESTS[random(REQUESTS.length)]);
  }
  for (let i = random(6); i > 0; i--) requests.push(REQUESTS[random(REQUESTS.length)]);
  let messages = 0;
  for (const request of requests) {
    if (liar.ended === true) break;
    liar.send(request);
    messages++;
    if (random(3) > 0) loop.poll();
    if (random(3) === 0) liar.scribble();
  }
  for (let i = random(4); i > 0 && liar.ended !== true; i--) {
    liar.scribble();
    loop.poll();
  }
  liar.close();
  return messages;
}

/** The pure part: any bytes are a value or a VhostUserError. */
function codec(random) {
  const bytes = Uint8Array.from({ length: random(320) }, () => (random(4) === 0 ? random(256) : 0));
  try {
    decodePayload(KINDS[random(KINDS.length)], new DataView(bytes.buffer));
  } catch (error) {
    if (error.name !== 'VhostUserError') throw error;
  }
}

const descriptors = () => readdirSync('/proc/self/fd').length;
const mappings = () => readFileSync('/proc/self/maps', 'utf8').split('/memfd:liar').length - 1;

/**
 * Runs until so many sessions or seconds are over. @throws {Error} with the seed when anything goes wrong.
 */
export async function fuzzVhostUser({
  sessions = Number.POSITIVE_INFINITY,
  seconds = Number.POSITIVE_INFINITY,
  seed,
}) {
  const random = randomFrom(seed);
  const loop = new EventLoop({
    onError: (error) => {
      throw error;
    },
  });
  const honest = new Honest(loop);
  const start = performance.now();
  let done = 0;
  let messages = 0;
  let open;
  try {
    for (; done < sessions && performance.now() < start + seconds * 1000; done++) {
      messages += session(loop, random);
      for (let i = 0; i < 20; i++) codec(random);
      honest.check();
      if (done % 64 === 0) {
        await new Promise((resolve) => setImmediate(resolve));
        open ??= descriptors();
        must(descriptors() <= open, `${descriptors()} descriptors are open, ${open} were before`);
        must(mappings() === 0, `${mappings()} regions of front-ends that are gone are still mapped`);
      }
    }
    honest.close();
    await loop.close();
  } catch (error) {
    throw new FuzzError(`vhost-user, seed ${seed}, after ${done} sessions: ${error.stack}`, { cause: error });
  }
  return { sessions: done, messages, seconds: (performance.now() - start) / 1000, seed };
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const limit = limitOf();
  const { sessions, messages, seconds } = await fuzzVhostUser({ ...limit, sessions: limit.count });
  const text = (n) => n.toLocaleString('en');
  console.log(
    `vhost-user: ${text(sessions)} sessions, ${text(messages)} messages in ${seconds.toFixed(1)} s, seed ${limit.seed}`,
  );
}
