/**
 * A back-end that a test kills: an I2C adapter that notes each write that it carries out (four bytes, an
 * identity) in a file before it answers, a few at a time, so that there is always something in flight.
 *
 *     node mortal-back-end.mjs SOCKET RECORD
 */
import { openSync, writeSync } from 'node:fs';
import { BackEndServer, EventLoop } from '../../../dist/src/transport/index.js';

const [socket, record] = process.argv.slice(2);
const file = openSync(record, 'a');

class NotingDevice {
  deviceId = 34;
  features = 1;
  queueCount = 1;
  config = new Uint8Array(0);
  held = [];
  working = false;
  get busy() {
    return this.held.length > 0;
  }
  acceptFeatures() {
    return true;
  }
  activate([queue], notifyUsed) {
    this.queue = queue;
    this.notifyUsed = notifyUsed;
  }
  reset() {
    this.held.length = 0;
  }
  processQueue() {
    for (let chain = this.queue.pop(); chain !== undefined; chain = this.queue.pop()) this.held.push(chain);
    if (!this.working && this.held.length > 0) this.work();
    return Number.POSITIVE_INFINITY;
  }
  work() {
    this.working = true;
    // It sleeps meanwhile: on a busy machine it was done before its killer had the processor again.
    setTimeout(() => {
      this.working = false;
      for (const chain of this.held.splice(0, 3)) {
        chain.readable.skip(8);
        const bytes = new Uint8Array(4);
        chain.readable.readInto(bytes);
        writeSync(file, bytes);
        chain.writable.writeLastU8(0);
        this.queue.pushUsed(chain, 1);
      }
      this.notifyUsed(0);
      if (this.held.length > 0) this.work();
    }, 5);
  }
}

const loop = new EventLoop({ hotMs: 5 });
const server = new BackEndServer(loop, { createDevice: () => new NotingDevice() });
server.listen(socket);
process.stdout.write('ready\n');
await loop.run();
