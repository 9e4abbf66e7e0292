// A front-end that sends what an honest one might, with some of it changed; see vhost-user.mjs.

import { ftruncateSync, mkdtempSync, openSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import koffi from 'koffi';
import {
  createMemfd,
  EventFd,
  FdChannel,
  FileDescriptor,
  Mapping,
  setNonBlocking,
  unixSocketPair,
} from '../../dist/src/os/index.js';
import { VhostUserConnection } from '../../dist/src/transport/vhost-user/connection/connection.js';
import { encodeMessage, u64 } from '../../dist/src/transport/vhost-user/messages/message.js';
import { REQUEST, REQUEST_FORMATS } from '../../dist/src/transport/vhost-user/messages/protocol.js';
import { featureSet } from '../../dist/src/virtio/index.js';
import { must } from './random.mjs';
import { Device } from './vhost-user-device.mjs';

const GUEST = 0x1000_0000;
const USER = 0x7000_0000_0000;
const MEMORY_BYTES = 1 << 14;
const RING = { DESCRIPTOR: 0, AVAILABLE: 0x400, USED: 0x800, DATA: 0x1000 };
/** AVAIL and USED of both laps, with NEXT, WRITE and INDIRECT now and then. */
const PACKED_FLAGS = [0x0080, 0x8000, 0x8080, 0x0082, 0x8002, 0x0081, 0x8001, 0x0084];
const F_ADD_SEALS = 1033;
const F_SEAL_WRITE = 8;
const library = koffi.load(null);
const fcntl = library.func('int fcntl(int fd, int command, int argument)');
const write = library.func('int64_t write(int fd, const void *data, size_t length)');

/** Counts an eventfd up to where one more would have to wait. */
function fill(fd) {
  setNonBlocking(fd, true);
  write(fd, Buffer.from('feffffffffffffff', 'hex'), 8);
  setNonBlocking(fd, false);
}

/** Memory that cannot be sealed. */
function plainFile(size) {
  const folder = mkdtempSync(join(tmpdir(), 'dtbus-fuzz-'));
  const file = new FileDescriptor(openSync(join(folder, 'ram'), 'w+'));
  rmSync(folder, { recursive: true });
  ftruncateSync(file.fd, size);
  return file;
}

/** How seldom it lies: those that lie at once are found out before they get anywhere. */
const RARELY = [4, 16, 64, 256];

/** A front-end that lies. Over a `socket` to any back-end. */
export class LyingFrontEnd {
  constructor(random, socket, rarely = RARELY[random(4)]) {
    this.random = random;
    this.files = [];
    this.bells = [];
    this.rarely = rarely;
    this.channel = new FdChannel(socket, 4096);
    this.memory = this.own(random(4) === 0 ? plainFile(MEMORY_BYTES) : createMemfd('liar', MEMORY_BYTES));
    // It may take its own memory away, and does not die of it either.
    this.mapping = Mapping.foreign(this.memory.fd, MEMORY_BYTES);
    this.view = new DataView(this.mapping.view());
    this.kick = this.own(EventFd.create());
    this.view.setUint16(RING.USED + 2, 0, true);
  }

  own(file) {
    this.files.push(file);
    return file;
  }

  /** A descriptor of any kind. */
  anyFile() {
    switch (this.random(7)) {
      case 6:
        return this.laterFailing();
      case 0:
        return this.own(createMemfd('liar-short', this.random(64)));
      case 1:
        return this.own(new FileDescriptor(openSync('/dev/null', 'r+')));
      case 2: {
        const [a, b] = unixSocketPair();
        this.own(a);
        return this.own(b);
      }
      case 3:
        return this.own(createMemfd('liar-log', 1 << 12));
      default:
        return this.random(2) === 0 ? this.memory : this.kick;
    }
  }

  /** A descriptor that can be written now. */
  laterFailing() {
    const file = this.own(this.random(2) === 0 ? createMemfd('liar-bell', 64) : EventFd.create().file);
    this.bells.push(file);
    return file;
  }

  /** Makes descriptors fail or block, and takes memory away. */
  betray() {
    const { random } = this;
    for (const { fd } of this.bells.splice(0)) {
      if (fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE) === 0) continue;
      setNonBlocking(fd, false);
      if (random(2) === 0) fill(fd);
    }
    if (random(4) !== 0) return;
    try {
      ftruncateSync(this.memory.fd, random(MEMORY_BYTES));
    } catch (error) {
      if (error.code !== 'EPERM') throw error;
    }
  }

  /** What an honest front-end would send for a request. */
  honest(request) {
    const index = this.random(this.rarely) === 0 ? this.random(4) : 0;
    switch (REQUEST_FORMATS.get(request)?.payload) {
      case 'u64': {
        const number = {
          [REQUEST.SET_FEATURES]: featureSet(
            0,
            30,
            32,
            ...[23, 26, 28, 29, 34, 35, 40].filter(() => this.random(2) === 0),
          ),
          [REQUEST.SET_PROTOCOL_FEATURES]: featureSet(
            3,
            ...[0, 1, 5, 12, 13, 16].filter(() => this.random(2) === 0),
          ),
          [REQUEST.SET_STATUS]: this.random(16),
        }[request];
        return [u64(number ?? index), number === undefined ? [this.kick] : []];
      }
      case 'vring-state': {
        const num =
          {
            [REQUEST.SET_VRING_NUM]: 16,
            [REQUEST.SET_VRING_BASE]: [0, 1, 0x8000_8000, 0x8003_8003, 0x8002_8004][this.random(5)],
          }[request] ?? this.random(2);
        return [{ kind: 'vring-state', index, num }, []];
      }
      case 'vring-addr': {
        const at = (area) => USER + area;
        return [
          {
            kind: 'vring-addr',
            index,
            flags: this.random(2),
            descriptor: at(RING.DESCRIPTOR),
            available: at(RING.AVAILABLE),
            used: at(RING.USED),
            log: GUEST,
          },
          [],
        ];
      }
      case 'memory-table':
        return [{ kind: 'memory-table', regions: [this.region()] }, [this.memory]];
      case 'memory-region':
        return [{ kind: 'memory-region', region: this.region() }, [this.memory]];
      case 'log-base':
        return [{ kind: 'log-base', size: 4096, offset: 0 }, [this.own(createMemfd('liar-log', 4096))]];
      case 'config':
        return [{ kind: 'config', offset: 0, size: 8, flags: 0, bytes: new Uint8Array(8) }, []];
      case 'inflight': {
        const size = {
          mmapSize: 1 << 12,
          mmapOffset: 0,
          queues: 2,
          queueSize: 16,
          padded: this.random(2) === 0,
        };
        const file = request === REQUEST.SET_INFLIGHT_FD ? [this.inflight()] : [];
        return [{ kind: 'inflight', ...size }, file];
      }
      default:
        return [{ kind: 'none' }, request === REQUEST.SET_BACKEND_REQ_FD ? [this.anyFile()] : []];
    }
  }

  region() {
    return { guestAddress: GUEST, size: MEMORY_BYTES, userAddress: USER, mmapOffset: 0 };
  }

  /** An inflight buffer that claims this and that. */
  inflight() {
    const file = this.own(createMemfd('liar-inflight', 1 << 12));
    if (this.random(2) === 0) return file;
    const mapping = new Mapping(file.fd, 1 << 12);
    const view = new DataView(mapping.view());
    view.setUint16(8, 1, true);
    view.setUint16(10, 16, true);
    for (let i = this.random(4); i > 0; i--) view.setUint8(16 + 16 * this.random(16), 1);
    if (this.random(4) === 0) view.setUint16(2 * this.random(100), this.random(65536), true);
    mapping.unmap();
    return file;
  }

  /** Writes a message, or nearly one, at `at` of the channel's buffer. @returns its length and its files */
  compose(request, at = 0) {
    const { random } = this;
    const [payload, files] = this.honest(request);
    const view = new DataView(this.channel.data.buffer, at);
    let flags = random(4) === 0 ? 8 : 0;
    const lies = (times) => random(this.rarely * times) === 0;
    if (lies(8)) flags = random(16);
    let length = encodeMessage(view, lies(8) ? random(64) : request, flags, payload);
    if (lies(1)) this.spoil(view, length);
    if (lies(8)) length = 1 + random(length);
    if (lies(2)) files.push(this.anyFile());
    if (lies(2)) files.pop();
    if (lies(2) && files.length > 0) files[0] = this.anyFile();
    return [length, files.map(({ fd }) => fd)];
  }

  send(request) {
    try {
      this.channel.send(0, ...this.compose(request));
    } catch (error) {
      if (error.code !== 'EPIPE' && error.code !== 'ECONNRESET') throw error;
    }
  }

  /** Changes a few bytes or words of a message. */
  spoil(view, length) {
    for (let i = 1 + this.random(3); i > 0; i--) {
      const at = this.random(length);
      if (this.random(2) === 0) view.setUint8(at, this.random(256));
      else if (at + 4 <= length)
        view.setUint32(at, [0, 0xffff_ffff, 0x7fff_ffff, 1, 4096][this.random(5)], true);
    }
  }

  /** Writes requests, or something like them, into the ring, and kicks. */
  scribble() {
    const { random, view } = this;
    for (let i = 0; i < 16; i++) {
      const at = RING.DESCRIPTOR + 16 * i;
      view.setBigUint64(at, BigInt(GUEST + RING.DATA + 64 * random(64)), true);
      view.setUint32(at + 8, 1 + random(48), true);
      view.setUint16(at + 12, [0, 2, 1, 3, 4][random(5)], true);
      // `next` of a split ring, the flags of a packed one.
      view.setUint16(at + 14, random(2) === 0 ? random(16) : PACKED_FLAGS[random(PACKED_FLAGS.length)], true);
      view.setUint16(RING.AVAILABLE + 4 + 2 * i, random(16), true);
    }
    if (random(4) === 0)
      view.setUint32(4 * random(0x400), [0, 0xffff_ffff, GUEST, random(65536)][random(4)], true);
    const used = view.getUint16(RING.USED + 2, true);
    view.setUint16(RING.AVAILABLE + 2, random(16) === 0 ? random(65536) : used + random(17), true);
    if (random(16) === 0) this.betray();
    this.kick.signal();
  }

  close() {
    this.channel.close();
    for (const file of this.files) file.close();
    this.mapping.unmap();
  }
}

/** One with a back-end of its own, in the same thread. */
export class Liar extends LyingFrontEnd {
  constructor(loop, random) {
    const rarely = RARELY[random(4)];
    const [ours, theirs] = unixSocketPair();
    const device = new Device(random, [34, 41, 45][random(3)]);
    const backEnd = new VhostUserConnection(theirs, device, loop, {
      inBand: random(8) === 0,
      memorySlots: random(2) === 0,
      onClose: () => {
        this.ended = true;
      },
    });
    super(random, ours, rarely);
    this.device = device;
    this.backEnd = backEnd;
    this.loop = loop;
  }

  close() {
    if (this.random(2) === 0) {
      // It dies, and the back-end finds out by itself.
      this.channel.close();
      for (let i = 0; i < 4 && this.ended !== true; i++) this.loop.poll();
      must(this.ended === true, 'the back-end does not notice that its front-end is gone');
    }
    this.backEnd.close();
    this.device.afterwards();
    super.close();
  }
}
