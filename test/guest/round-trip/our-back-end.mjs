/** The back-end of `run.mjs`: the real server and event loop, a device that is as small as the one in C. */
import { BackEndServer, EventLoop } from '../../../dist/src/transport/index.js';
import { readI2cOutHdr } from '../../../dist/src/virtio/index.js';

class Memory {
  deviceId = 34;
  features = 1;
  queueCount = 1;
  config = new Uint8Array(0);
  busy = false;
  bytes = new Uint8Array(256);
  at = 0;
  header = { addr: 0, tenBit: false, flags: 0 };
  acceptFeatures() {
    return true;
  }
  activate([queue], notifyUsed) {
    this.queue = queue;
    this.notifyUsed = notifyUsed;
  }
  reset() {
    this.queue = undefined;
  }
  processQueue() {
    const { queue, header } = this;
    for (let chain = queue.pop(); chain !== undefined; chain = queue.pop()) {
      const { readable, writable } = chain;
      const ok = readI2cOutHdr(readable, header) && header.addr === 0x50;
      if (ok && (header.flags & 2) !== 0) {
        const room = writable.take(writable.remaining - 1);
        for (let i = 0; i < room.length; i++) room[i] = this.bytes[this.at++ & 0xff];
      } else if (ok && readable.remaining > 0) {
        this.at = readable.readU8();
        while (readable.remaining > 0) this.bytes[this.at++ & 0xff] = readable.readU8();
      }
      writable.writeLastU8(ok ? 0 : 1);
      queue.pushUsed(chain, writable.length);
    }
    this.notifyUsed(0);
    return Number.POSITIVE_INFINITY;
  }
}

const loop = new EventLoop({ hotMs: 5 });
const server = new BackEndServer(loop, { createDevice: () => new Memory() });
server.listen(process.argv[2]);
process.stdout.write('ready\n');
await loop.run();
